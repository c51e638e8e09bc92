"""Evaluate a trained model on held-out days, predicted as they would have been served."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from perennial.statistics import Floats, Population
from training.calibration.calibrated_fit import TrainedModel, fit_and_calibrate
from training.calibration.intercept_update import fit_intercept_update, recent_days, shift_log_odds
from training.calibration.untreated_weights import untreated_weights
from training.data.dataset import Dataset
from training.data.rows import Rows
from training.estimators.candidates import Estimator
from training.estimators.fitting import predict
from training.evaluation.contracts import Evaluation
from training.evaluation.importances import permutation_importances
from training.evaluation.metrics import Outcomes, evaluate
from training.specs import PredictionKind


@dataclass(frozen=True)
class HeldOutEvaluation:
    """A model on the test period: beside its baseline, which features it needs, and whose rows calibration is of."""

    evaluation: Evaluation
    importances: dict[str, float]
    calibration_population: Population


def evaluate_held_out(trained: TrainedModel) -> HeldOutEvaluation:
    """The model on its dataset's test period, beside the spec's baseline fitted and calibrated on the same rows."""
    dataset, kind = trained.dataset, trained.dataset.spec.kind
    days = dataset.periods.test
    test = dataset.rows.during(days)
    predicted = predict_held_out(dataset, trained.model.estimator, days)
    weights = untreated_weights(kind, test, predicted)
    outcomes = Outcomes(kind, test.actual, test.customers, test.stages, weights)
    baseline = fit_and_calibrate(dataset, dataset.spec.baseline) if _needs_baseline(trained) else trained.model
    return HeldOutEvaluation(
        evaluation=evaluate(outcomes, predicted, predict_held_out(dataset, baseline.estimator, days)),
        importances=permutation_importances(kind, trained.model.estimator, test),
        calibration_population=Population.UNTREATED if (weights == 0).any() else Population.EVERYONE,
    )


def _needs_baseline(trained: TrainedModel) -> bool:
    # A baseline that was fitted before and calibrated again is compared with one fitted on these rows.
    return trained.is_recalibrated or trained.model.candidate != trained.dataset.spec.baseline


def predict_held_out(dataset: Dataset, estimator: Estimator, days: Sequence[date]) -> Floats:
    """(rows of these test days,): the probability of the label, or the expected revenue, in the dataset's order.

    Each day's probabilities carry the intercept update that was known by then, as if they had been served.
    """
    spec = dataset.spec
    if spec.kind is PredictionKind.VALUE:
        return predict(spec.kind, estimator, dataset.rows.during(days))
    known = dataset.rows.during(dataset.periods.after_the_fit)
    predicted, counts = predict(spec.kind, estimator, known), Counter(known.days)
    served = predicted.copy()
    for day in days:
        window = recent_days(counts, day, spec.horizon_days)
        shift = fit_intercept_update(predicted[_are_of(known, window)], known.during(window))
        today = known.days == day
        served[today] = shift_log_odds(predicted[today], shift)
    held_out: Floats = served[_are_of(known, days)]
    return held_out


def _are_of(rows: Rows, days: Sequence[date]) -> npt.NDArray[np.bool_]:
    return np.isin(rows.days, np.array(days, dtype=object))
