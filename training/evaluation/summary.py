"""Summarise a training: its outcome in one sentence, and everything that is kept of it."""

from dataclasses import replace
from datetime import date, timedelta

from perennial.as_of import snapshot_at
from perennial.statistics import Interval
from training.calibration.calibrated_fit import TrainedModel
from training.data.rows import Rows
from training.evaluation.contracts import Evaluation
from training.evaluation.held_out import HeldOutEvaluation
from training.evaluation.training_summary import PLOTS, PeriodSummary, TrainingPopulation, TrainingSummary
from training.specs import Spec


def summarise_training(trained: TrainedModel, held_out: HeldOutEvaluation) -> TrainingSummary:
    """The summary of a model that was evaluated on its test period."""
    dataset, evaluation = trained.dataset, held_out.evaluation
    newcomers, everyone = TrainingPopulation.NEWCOMERS, TrainingPopulation.EVERYONE
    return replace(
        _summarise_fit(
            trained,
            message=summarise_evaluation(dataset.spec, trained.model.candidate, evaluation),
            training_data_end=dataset.periods.calibration[-1] + timedelta(days=dataset.spec.horizon_days),
        ),
        evaluation=evaluation,
        importances=held_out.importances,
        training_population=newcomers if dataset.labels.is_of_newcomers else everyone,
        calibration_population=held_out.calibration_population,
        plots=tuple(f"plots/{name}.png" for name in PLOTS),
    )


def summarise_unevaluated(trained: TrainedModel, shortage: str) -> TrainingSummary:
    """The summary of a model fitted without labels; `shortage` says why there are none to evaluate it on."""
    return _summarise_fit(
        trained,
        message=f"{trained.model.candidate}, fitted without labels and not evaluated yet. {shortage}",
        training_data_end=trained.dataset.as_of + timedelta(days=1),
    )


def summarise_evaluation(spec: Spec, candidate: str, evaluation: Evaluation) -> str:
    """For example "blend: log loss 0.43 (baseline 0.45, better by +0.02 [+0.01, +0.03]); calibration error ..."."""
    loss, quality = evaluation.loss, evaluation.model
    untreated, everyone = quality.calibration, quality.calibration_everyone
    versus = "is the baseline itself" if candidate == spec.baseline else _summarise_improvement(evaluation)
    return (
        f"{candidate}: {loss.replace('_', ' ')} {quality.metrics[loss]:.4g} ({versus}); "
        f"calibration error {_bracketed(untreated.error)}"
        + ("" if untreated.rows == everyone.rows else f" of the untreated, {_bracketed(everyone.error)} of everyone")
    )


def _bracketed(error: Interval) -> str:
    return f"{error.estimate:.4f} [{error.low:.4f}, {error.high:.4f}]"


def _summarise_improvement(evaluation: Evaluation) -> str:
    gain, baseline = evaluation.improvement, evaluation.baseline.metrics[evaluation.loss]
    return f"baseline {baseline:.4g}, {_direction(gain)} {gain.estimate:+.4g} [{gain.low:+.4g}, {gain.high:+.4g}]"


def _direction(gain: Interval) -> str:
    return "better by" if gain.low > 0 else "worse by" if gain.high < 0 else "no clear difference:"


def _summarise_fit(trained: TrainedModel, message: str, training_data_end: date) -> TrainingSummary:
    dataset, spec, periods = trained.dataset, trained.dataset.spec, trained.dataset.periods.named()
    return TrainingSummary(
        kind=spec.kind,
        meaning=spec.meaning,
        message=message,
        candidate=trained.model.candidate,
        baseline=spec.baseline,
        calibration=trained.model.calibration,
        horizon_days=spec.horizon_days,
        feature_service=spec.feature_service,
        data_as_of=snapshot_at(dataset.as_of),
        training_data_end=training_data_end,
        periods={name: _summarise_period(dataset.rows.during(days)) for name, days in periods.items() if days},
        validation_losses=trained.validation_losses,
    )


def _summarise_period(rows: Rows) -> PeriodSummary:
    return PeriodSummary(
        first=min(rows.days),
        last=max(rows.days),
        snapshots=len(set(rows.days)),
        rows=len(rows),
        customers=len(set(rows.customers)),
        mean=float(rows.actual.mean()),
    )
