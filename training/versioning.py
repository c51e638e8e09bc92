"""From rows to a registered version and what is known of it."""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from perennial.as_of import snapshot_at
from perennial.features import read_contract
from perennial.lifecycle import load_lifecycle
from training.calibration.untreated_weights import untreated_weights
from training.data.dataset import Dataset, NotEnoughError, load_histories
from training.data.digest import recalibrated_digest
from training.data.rows import Rows
from training.estimators.candidates import CANDIDATES
from training.evaluation.held_out import predict_held_out
from training.evaluation.importances import permutation_importances
from training.evaluation.metrics import Evaluation, Outcomes, evaluate
from training.evaluation.plots import draw_plots
from training.evaluation.summary import tell_evaluation
from training.registry.attempts import NO_VERSION, Attempt
from training.registry.logging_run import Trained, read_summary, register
from training.registry.versions import find_trained, load_version, require_version
from training.selection import Choice, Fitted, calibrate_again, choose, fit_and_calibrate, fit_candidate
from training.specs import Spec


@dataclass(frozen=True)
class Made:
    """A training's outcome, with the rows it can be compared on (None: there were no labels to judge it by)."""

    attempt: Attempt
    dataset: Dataset | None
    is_new: bool


def make_model(spec: Spec, as_of: date, dataset: Dataset) -> Made:
    """The version these rows lead to: fitted, judged and registered now, or found because it was made before."""
    known = find_trained(spec.name, dataset.digest)
    version = str(known.version) if known else register(_train(spec, as_of, dataset))
    return Made(_attempt(spec, as_of, version), dataset, is_new=known is None)


def make_recalibrated_model(spec: Spec, as_of: date, dataset: Dataset, reigning: str) -> Made:
    """The version `reigning` with its calibrator fitted anew on the calibration period of these rows."""
    digest = recalibrated_digest(reigning, dataset.digest)
    known = find_trained(spec.name, digest)
    version = str(known.version) if known else register(_recalibrate(spec, as_of, dataset, reigning, digest))
    return Made(_attempt(spec, as_of, version), dataset, is_new=known is None)


def make_unjudged_model(spec: Spec, as_of: date, shortage: str) -> Made:
    """A model of the candidate that needs no labels, fitted on the histories known at `as_of`.

    Raises NotEnoughError with `shortage` when the spec has no such candidate, or too few customers have come back.
    """
    name = next((name for name in spec.candidates if CANDIDATES[name].is_label_free), None)
    if name is None:
        raise NotEnoughError(shortage)
    histories, digest = load_histories(spec, as_of)
    returned, least = int((histories.features["count_orders"] > 1).sum()), load_lifecycle().training.min_positives
    if returned < least:
        raise NotEnoughError(
            f"{shortage} Nor can {name} be fitted: {returned} customers ordered twice, and {least} are needed."
        )
    known = find_trained(spec.name, digest)
    version = str(known.version) if known else register(_train_unjudged(spec, as_of, name, histories, digest, shortage))
    return Made(_attempt(spec, as_of, version), None, is_new=known is None)


def make_nothing(spec: Spec, as_of: date, shortage: str) -> Made:
    """The record of a training that honestly came to nothing."""
    return Made(Attempt(spec.name, NO_VERSION, as_of, "no_model", shortage, {}), None, is_new=False)


def _train(spec: Spec, as_of: date, dataset: Dataset) -> Trained:
    choice = choose(spec, dataset.rows, dataset.periods)
    fitted = fit_and_calibrate(spec, choice.candidate, dataset.rows, dataset.periods)
    return _judged(spec, as_of, dataset, choice, fitted, dataset.digest)


def _recalibrate(spec: Spec, as_of: date, dataset: Dataset, reigning: str, digest: str) -> Trained:
    loaded = load_version(spec.name, reigning)
    rows = dataset.rows
    gone = [name for name in loaded.columns if name not in rows.features]
    if gone:
        raise NotEnoughError(f"Version {reigning} reads {', '.join(gone)}, which the marts no longer have: train anew.")
    candidate = str(read_summary(require_version(spec.name, reigning).run_id)["candidate"])
    fitted = calibrate_again(spec, candidate, loaded.estimator, rows.during(dataset.periods.calibration))
    return _judged(spec, as_of, dataset, Choice(candidate, {}), fitted, digest)


def _judged(spec: Spec, as_of: date, dataset: Dataset, choice: Choice, fitted: Fitted, digest: str) -> Trained:
    rows, periods = dataset.rows, dataset.periods
    # A calibrator fitted anew on an old baseline is no baseline: that one is fitted on the same rows as ever.
    is_baseline = choice.candidate == spec.baseline and digest == dataset.digest
    baseline = fitted if is_baseline else fit_and_calibrate(spec, spec.baseline, rows, periods)
    test = rows.during(periods.test)
    predicted = predict_held_out(spec, fitted.estimator, dataset, periods.test)
    alone = untreated_weights(spec.kind, test, predicted)
    outcomes = Outcomes(spec.kind, test.actual, test.customers, test.stages, alone)
    judged = evaluate(outcomes, predicted, predict_held_out(spec, baseline.estimator, dataset, periods.test))
    importances = permutation_importances(spec.kind, fitted.estimator, test)
    words = {column.name: column.description for column in read_contract().features}
    summary = {
        **_summary(spec, as_of, fitted, choice),
        "message": tell_evaluation(spec, fitted.candidate, judged),
        "seen_until": (periods.calibration[-1] + timedelta(days=spec.horizon_days)).isoformat(),
        "periods": {name: _describe(rows.during(days)) for name, days in periods.named().items()},
        "evaluation": asdict(judged),
        "importances": importances,
        "learns_of": "newcomers" if dataset.labels.is_of_newcomers else "everyone",
        "calibrated_on": "unmessaged" if (alone == 0).any() else "everyone",
    }
    return Trained(
        spec=spec,
        as_of=as_of,
        digest=digest,
        estimator=fitted.estimator,
        features=rows.during(periods.fit).features,
        parameters=_parameters(summary),
        metrics=_metrics(judged),
        summary=summary,
        pictures=draw_plots(spec, judged, importances, words),
    )


def _train_unjudged(spec: Spec, as_of: date, name: str, histories: Rows, digest: str, shortage: str) -> Trained:
    fitted = Fitted(name, "none", fit_candidate(spec, name, histories))
    summary = {
        **_summary(spec, as_of, fitted, Choice(name, {})),
        "message": f"{name}, fitted without labels and not judged yet. {shortage}",
        "seen_until": (as_of + timedelta(days=1)).isoformat(),
        "periods": {"fit": _describe(histories)},
        "evaluation": None,
        "importances": {},
    }
    return Trained(spec, as_of, digest, fitted.estimator, histories.features, _parameters(summary), {}, summary, {})


def _attempt(spec: Spec, as_of: date, version: str) -> Attempt:
    summary = read_summary(require_version(spec.name, version).run_id)
    return Attempt(spec.name, version, as_of, "trained", str(summary["message"]), summary)


def _summary(spec: Spec, as_of: date, fitted: Fitted, choice: Choice) -> dict[str, Any]:
    return {
        "kind": spec.kind,
        "meaning": spec.meaning,
        "candidate": fitted.candidate,
        "baseline": spec.baseline,
        "calibration": fitted.calibration,
        "validation": choice.losses,
        "horizon_days": spec.horizon_days,
        "feature_service": spec.feature_service,
        "data_moment": snapshot_at(as_of).isoformat(),
    }


def _describe(rows: Rows) -> dict[str, Any]:
    return {
        "from": min(rows.days).isoformat(),
        "to": max(rows.days).isoformat(),
        "snapshots": len(set(rows.days)),
        "rows": len(rows),
        "customers": len(set(rows.customers)),
        "mean": float(rows.actual.mean()),
    }


def _parameters(summary: dict[str, Any]) -> dict[str, Any]:
    named = ("candidate", "baseline", "calibration", "horizon_days", "feature_service", "data_moment")
    periods = {
        f"{name}_{key}": value
        for name, part in summary["periods"].items()
        for key, value in part.items()
        if key != "mean"
    }
    return {name: summary[name] for name in named} | periods


def _metrics(judged: Evaluation) -> dict[str, float]:
    error = judged.model.calibration.error
    return {
        **judged.model.metrics,
        **{f"baseline_{name}": value for name, value in judged.baseline.metrics.items()},
        "calibration_error_low": error.low,
        "calibration_error_high": error.high,
        "calibration_error_floor": judged.model.calibration.floor,
        "improvement": judged.improvement.estimate,
        "improvement_low": judged.improvement.low,
        "improvement_high": judged.improvement.high,
        **{f"lift_decile_{number}": lift for number, lift in enumerate(judged.model.lift, start=1)},
    }
