"""Weighted regressions by iteratively reweighted least squares, with errors that hold for customers seen repeatedly."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numpy.linalg import LinAlgError

from perennial.stages import PredictionKind
from perennial.statistics.bootstrap import Floats, Interval

_STEPS = 50
_CLOSE = 1e-8
_TOO_FAR = 30.0
_95_PERCENT = 1.959964
_SMALLEST = 1e-6
_LEAST_OUTCOMES = 10


@dataclass(frozen=True)
class Line:
    """Recalibration: log odds (or log amount) of what happened = intercept + slope x that of the prediction.

    A prediction that means what it says has intercept 0 and slope 1; a slope below 1 is overconfidence (Cox 1958).
    """

    slope: Interval
    intercept: Interval


def fit_line(
    kind: PredictionKind, actual: Floats, predicted: Floats, customers: npt.NDArray[np.object_], weights: Floats
) -> Line | None:
    """The line with 95 % intervals robust to customers who appear repeatedly; None where it cannot be told."""
    outcomes = np.maximum(actual, 0.0)
    happened = int(np.sum(outcomes > 0))
    rarer = min(happened, len(outcomes) - happened) if kind is PredictionKind.PROBABILITY else happened
    if np.ptp(predicted) == 0 or rarer < _LEAST_OUTCOMES:
        return None
    columns = np.stack([np.ones_like(predicted), _link(kind, predicted)], axis=1)
    try:
        found = fit(kind, columns, outcomes, weights)
        errors = _robust_errors(kind, columns, outcomes, weights, found, customers)
    except LinAlgError:
        return None
    if not np.isfinite(found).all() or np.abs(found).max() > _TOO_FAR:
        return None
    low, high = found - _95_PERCENT * errors, found + _95_PERCENT * errors
    intercept, slope = (Interval(float(found[i]), float(low[i]), float(high[i])) for i in range(2))
    return Line(slope, intercept)


def fit(kind: PredictionKind, columns: Floats, actual: Floats, weights: Floats, ridge: float = 0.0) -> Floats:
    """Coefficients of a weighted logistic (probability) or Poisson (value) regression; the first column is not shrunk.

    Raises LinAlgError when the columns do not tell the coefficients.
    """
    beta = np.zeros(columns.shape[1])
    beta[0] = _link(kind, np.array([np.average(actual, weights=weights)]))[0]
    penalty = ridge * np.eye(len(beta))
    penalty[0, 0] = 0.0
    for _ in range(_STEPS):
        mean = expected(kind, columns @ beta)
        curvature = weights * (mean * (1 - mean) if kind is PredictionKind.PROBABILITY else mean)
        gradient = columns.T @ (weights * (actual - mean)) - penalty @ beta
        step = np.linalg.solve((columns * curvature[:, None]).T @ columns + penalty, gradient)
        beta = beta + np.clip(step, -2.0, 2.0)  # a longer step than that overshoots
        if np.abs(step).max() < _CLOSE:
            break
    return beta


def expected(kind: PredictionKind, margin: Floats) -> Floats:
    """The mean that a margin stands for."""
    bounded = np.clip(margin, -_TOO_FAR, _TOO_FAR)
    mean: Floats = 1 / (1 + np.exp(-bounded)) if kind is PredictionKind.PROBABILITY else np.exp(bounded)
    return mean


def _link(kind: PredictionKind, mean: Floats) -> Floats:
    if kind is PredictionKind.VALUE:
        logs: Floats = np.log(np.maximum(mean, _SMALLEST))
        return logs
    inside = np.clip(mean, _SMALLEST, 1 - _SMALLEST)
    odds: Floats = np.log(inside / (1 - inside))
    return odds


def _robust_errors(
    kind: PredictionKind,
    columns: Floats,
    actual: Floats,
    weights: Floats,
    beta: Floats,
    customers: npt.NDArray[np.object_],
) -> Floats:
    # The sandwich over customers (Liang & Zeger 1986).
    mean = expected(kind, columns @ beta)
    curvature = weights * (mean * (1 - mean) if kind is PredictionKind.PROBABILITY else mean)
    bread = np.linalg.inv((columns * curvature[:, None]).T @ columns)
    _, codes = np.unique(customers.astype(str), return_inverse=True)
    scores = columns * (weights * (actual - mean))[:, None]
    summed = np.stack([np.bincount(codes, weights=score) for score in scores.T], axis=1)
    errors: Floats = np.sqrt(np.diag(bread @ (summed.T @ summed) @ bread))
    return errors
