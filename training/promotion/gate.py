"""Let a challenger pass the promotion gate, or not: gather the evidence, decide, and record the decision."""

from datetime import timedelta

import numpy as np

from perennial.statistics import Interval
from training.data.dataset import Dataset
from training.evaluation.held_out import predict_held_out
from training.evaluation.metrics import Outcomes, improvement
from training.promotion.champions import Promotion, champion, promotions, record
from training.promotion.peaks import peaks_between
from training.promotion.rule import Evidence, decide
from training.registry.attempts import attempt_of
from training.registry.versions import load_version
from training.specs import Spec
from training.versioning import VersionedModel


def pass_gate(versioned: VersionedModel) -> Promotion:
    """The decision about this version; the earlier one if there is one, so that nothing is decided twice."""
    spec, attempt = versioned.spec, versioned.attempt
    decided = _decision_about(spec, attempt.version)
    if decided is None:
        evidence = _gather(versioned, champion(spec.name))
        record(spec.name, decide(spec.kind, evidence), attempt.version, attempt.as_of)
        decided = _decision_about(spec, attempt.version)
    assert decided is not None  # noqa: S101  # it has just been recorded
    return decided


def _decision_about(spec: Spec, version: str) -> Promotion | None:
    return next((decision for decision in promotions(spec.name) if decision.version == version), None)


def _gather(versioned: VersionedModel, current: str | None) -> Evidence:
    attempt, dataset = versioned.attempt, versioned.dataset
    evaluation = attempt.summary.evaluation if attempt.summary else None
    error = evaluation.model.calibration.error if evaluation else None
    over_baseline = evaluation.improvement if evaluation else None
    peaks = _peaks(dataset) if dataset else None
    if current is None:
        return Evidence(False, error, over_baseline, peaks=peaks)
    if dataset is None:
        return Evidence(True, error, over_baseline)
    over_champion, problem = _compare(dataset, attempt.version, current)
    return Evidence(True, error, over_baseline, over_champion, problem, peaks)


def _peaks(dataset: Dataset) -> str | None:
    # A snapshot soon after a peak holds the newcomers of it.
    test, horizon = dataset.periods.test, timedelta(days=dataset.spec.horizon_days)
    return peaks_between(test[0] - horizon, test[-1] + horizon) if test else None


def _compare(dataset: Dataset, challenger: str, current: str) -> tuple[Interval | None, str | None]:
    """How much better the challenger is on rows that neither has seen, or why the champion cannot stay."""
    model = dataset.spec.name
    champion_model, attempt = load_version(model, current), attempt_of(model, current)
    missing = [name for name in champion_model.columns if name not in dataset.rows.features]
    if missing:
        return None, f"reads features that are no longer there: {', '.join(missing)}"
    if attempt is None or attempt.summary is None or attempt.summary.evaluation is None:
        return None, "was never evaluated on held-out rows"
    held_out = [day for day in dataset.periods.test if day >= attempt.summary.training_data_end]
    if not held_out:
        return None, None
    rows = dataset.rows.during(held_out)
    new, old = (
        predict_held_out(dataset, loaded.estimator, held_out)
        for loaded in (load_version(model, challenger), champion_model)
    )
    outcomes = Outcomes(dataset.spec.kind, rows.actual, rows.customers, rows.stages, np.ones(len(rows)))
    return improvement(outcomes, new, old), None
