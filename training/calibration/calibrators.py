"""Calibrate a fitted classifier for untreated customers, on a later period than its fit."""

import warnings

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator

from perennial.stages import PredictionKind
from perennial.statistics import Floats
from training.calibration.untreated_weights import untreated_weights
from training.data.rows import Rows
from training.estimators.candidates import Estimator
from training.estimators.losses import row_losses

# Isotonic regression is flexible and overfits below about a thousand of each outcome
# (Niculescu-Mizil & Caruana 2005, "Predicting Good Probabilities with Supervised Learning").
ENOUGH_FOR_ISOTONIC = 1000


def calibrate(estimator: Estimator, rows: Rows) -> tuple[Estimator, str]:
    """The fitted classifier with a calibrator on top, and its method: "sigmoid" (Platt 1999) or "isotonic".

    The method is selected in time order inside the period: fitted on its first half, compared on its second.
    """
    method = "isotonic" if _isotonic_wins(estimator, rows) else "sigmoid"
    return _calibrated(estimator, rows, method), method


def _calibrated(estimator: Estimator, rows: Rows, method: str) -> Estimator:
    weights = _weights(estimator, rows)
    counted = weights > 0
    with warnings.catch_warnings():
        # The fit is frozen; that the weights are used for the calibration alone is the point.
        warnings.filterwarnings("ignore", "Since FrozenEstimator does not appear to accept sample_weight")
        return CalibratedClassifierCV(FrozenEstimator(estimator), method=method, ensemble=False).fit(
            rows.features[counted], rows.target[counted], sample_weight=weights[counted]
        )


def _weights(estimator: Estimator, rows: Rows) -> Floats:
    return untreated_weights(PredictionKind.PROBABILITY, rows, estimator.predict_proba(rows.features)[:, 1])


def _isotonic_wins(estimator: Estimator, rows: Rows) -> bool:
    days = sorted(set(rows.days))
    first, second = rows.during(days[: len(days) // 2]), rows.during(days[len(days) // 2 :])
    if (
        min(_rarer_outcome(first), _rarer_outcome(second)) < ENOUGH_FOR_ISOTONIC / 2
        or _rarer_outcome(rows) < ENOUGH_FOR_ISOTONIC
    ):
        return False
    weights = _weights(estimator, second)
    losses = {
        method: weights
        @ row_losses(
            PredictionKind.PROBABILITY,
            second.target,
            _calibrated(estimator, first, method).predict_proba(second.features)[:, 1],
        )
        for method in ("sigmoid", "isotonic")
    }
    return bool(losses["isotonic"] < losses["sigmoid"])


def _rarer_outcome(rows: Rows) -> int:
    return int(min(np.sum(rows.target > 0), np.sum(rows.target == 0)))
