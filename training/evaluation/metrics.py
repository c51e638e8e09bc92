"""Measure predictions on held-out rows, beside those of a baseline on the same rows."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata
from sklearn.metrics import average_precision_score, roc_auc_score

from perennial.stages import PredictionKind
from perennial.statistics import Calibration, Floats, Interval, mean_interval, measure_calibration
from training.estimators.losses import LOSS_NAME, row_losses
from training.evaluation.contracts import Evaluation, Quality

DECILES = 10


@dataclass(frozen=True)
class Outcomes:
    """Held-out rows: what happened, to which customer, in which lifecycle stage. All arrays are (rows,).

    `actual`: the label, 0 or 1, or the revenue. `weights`: of untreated rows, zero for treated ones
    (`untreated_weights`); calibration is measured with them, loss and ranking on all rows.
    """

    kind: PredictionKind
    actual: Floats
    customers: npt.NDArray[np.object_]
    stages: npt.NDArray[np.object_]
    weights: Floats

    def calibration(self, predicted: Floats, stage: str | None = None) -> Calibration | None:
        """Of the untreated rows of one stage, or of all; None where there are none."""
        rows = (self.weights > 0) & ((self.stages == stage) | (stage is None))
        if not rows.any():
            return None
        return measure_calibration(
            self.kind, self.actual[rows], predicted[rows], self.customers[rows], self.weights[rows]
        )


def evaluate(outcomes: Outcomes, predicted: Floats, baseline: Floats) -> Evaluation:
    """The predictions (rows,) of a model beside those of its baseline; intervals by bootstrap over customers."""
    stages = {
        str(stage): calibration
        for stage in sorted(set(outcomes.stages))
        if (calibration := outcomes.calibration(predicted, stage)) is not None
    }
    return Evaluation(
        loss=LOSS_NAME[outcomes.kind],
        model=measure_quality(outcomes, predicted),
        baseline=measure_quality(outcomes, baseline),
        improvement=improvement(outcomes, predicted, baseline),
        stages=stages,
    )


def improvement(outcomes: Outcomes, predicted: Floats, reference: Floats) -> Interval:
    """How much lower the mean loss of `predicted` is than that of `reference` (both (rows,)), paired row by row."""
    gain = row_losses(outcomes.kind, outcomes.actual, reference) - row_losses(outcomes.kind, outcomes.actual, predicted)
    return mean_interval(outcomes.customers, gain)


def measure_quality(outcomes: Outcomes, predicted: Floats) -> Quality:
    """Metrics, calibration and lift of one set of predictions (rows,)."""
    calibration = outcomes.calibration(predicted)
    assert calibration is not None  # noqa: S101  # some rows always have a weight above zero
    everyone = measure_calibration(outcomes.kind, outcomes.actual, predicted, outcomes.customers)
    lift = _lift_by_decile(outcomes.actual, predicted)
    measure = _probability_metrics if outcomes.kind is PredictionKind.PROBABILITY else _value_metrics
    loss = float(row_losses(outcomes.kind, outcomes.actual, predicted).mean())
    metrics = {
        LOSS_NAME[outcomes.kind]: loss,
        **measure(outcomes.actual, predicted),
        "calibration_error": calibration.error.estimate,
        "calibration_gap": calibration.gap.estimate,
        "calibration_error_everyone": everyone.error.estimate,
        "lift_top_decile": lift[0],
    }
    return Quality(metrics, calibration, everyone, lift)


def _probability_metrics(actual: Floats, predicted: Floats) -> dict[str, float]:
    return {
        "auc": float(roc_auc_score(actual, predicted)),
        "average_precision": float(average_precision_score(actual, predicted)),
        "brier": float(np.mean((predicted - actual) ** 2)),
    }


def _value_metrics(actual: Floats, predicted: Floats) -> dict[str, float]:
    return {
        "mae": float(np.abs(predicted - actual).mean()),
        "rmse": float(np.sqrt(np.mean((predicted - actual) ** 2))),
        "spearman": _spearman(actual, predicted),
        "gini": _concentration(actual, predicted) / _concentration(actual, actual),
        "predicted_over_actual": float(predicted.sum() / actual.sum()),
    }


def _spearman(actual: Floats, predicted: Floats) -> float:
    # A constant has no ranks to correlate.
    if np.ptp(actual) == 0 or np.ptp(predicted) == 0:
        return 0.0
    return float(np.corrcoef(rankdata(actual), rankdata(predicted))[0, 1])


def _concentration(actual: Floats, order_by: Floats) -> float:
    # Area between the Lorenz curve along the prediction and the diagonal; over that of the outcome: normalised Gini.
    ordered = actual[np.argsort(-order_by, kind="stable")]
    return float((np.cumsum(ordered) / ordered.sum()).mean() - (len(ordered) + 1) / (2 * len(ordered)))


def _lift_by_decile(actual: Floats, predicted: Floats) -> tuple[float, ...]:
    parts = np.array_split(actual[np.argsort(-predicted, kind="stable")], min(DECILES, len(actual)))
    average = max(float(actual.mean()), 1e-12)
    return tuple(float(part.mean() / average) for part in parts)
