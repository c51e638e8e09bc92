"""The loss of each row, by kind of prediction: strictly proper scores (Gneiting & Raftery 2007)."""

import numpy as np

from perennial.stages import PredictionKind
from perennial.statistics import Floats

LOSS_NAME = {PredictionKind.PROBABILITY: "log_loss", PredictionKind.VALUE: "poisson_deviance"}
_SMALLEST_PROBABILITY = 1e-6
_SMALLEST_VALUE = 1e-3


def row_losses(kind: PredictionKind, actual: Floats, predicted: Floats) -> Floats:
    """(rows,): log loss of each probability, in nats, or Poisson deviance of each expected amount; lower is better.

    `actual` and `predicted` (rows,): label of 0 or 1 and probability, or amounts in the same unit.
    """
    return (
        _log_losses(actual, predicted) if kind is PredictionKind.PROBABILITY else _poisson_deviances(actual, predicted)
    )


def _log_losses(actual: Floats, predicted: Floats) -> Floats:
    inside = np.clip(predicted, _SMALLEST_PROBABILITY, 1 - _SMALLEST_PROBABILITY)
    losses: Floats = -(actual * np.log(inside) + (1 - actual) * np.log1p(-inside))
    return losses


def _poisson_deviances(actual: Floats, predicted: Floats) -> Floats:
    # Consistent for the mean like squared error, but not dominated by the few largest spenders (Gneiting 2011).
    inside, amount = np.maximum(predicted, _SMALLEST_VALUE), np.maximum(actual, 0.0)
    ratio = np.log(np.maximum(amount, np.finfo(float).tiny) / inside)
    deviances: Floats = 2 * (np.where(amount > 0, amount * ratio, 0.0) - amount + inside)
    return deviances
