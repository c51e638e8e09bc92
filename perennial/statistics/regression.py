"""Weighted logistic and Poisson regression, and the calibration line, with standard errors clustered by customer."""

from dataclasses import dataclass

import numpy as np
from numpy.linalg import LinAlgError

from perennial.stages import PredictionKind
from perennial.statistics.arrays import Floats, Names
from perennial.statistics.interval import Interval

_MOST_STEPS = 50
_CONVERGED = 1e-8
_LONGEST_STEP = 2.0
_LARGEST_LINEAR_PREDICTOR = 30.0
_CRITICAL_VALUE = 1.959964  # of the standard normal distribution at 95 %, two-sided
_SMALLEST = 1e-6
_FEWEST_OUTCOMES = 10


@dataclass(frozen=True)
class CalibrationLine:
    """Log odds (or log amount) of the outcome = intercept + slope x those of the prediction; intervals at 95 %.

    Perfect calibration has intercept 0 and slope 1; a slope below 1 is overconfidence (Cox 1958, Two further
    applications of a model for binary regression).
    """

    slope: Interval
    intercept: Interval


def fit_calibration_line(
    kind: PredictionKind, actual: Floats, predicted: Floats, customers: Names, weights: Floats
) -> CalibrationLine | None:
    """The calibration line with intervals from standard errors clustered by customer.

    All arrays are (rows,): outcomes (0 or 1, or amounts; negative amounts count as 0), predictions in the same unit,
    whose each row is, and how many customers each row represents. None where the line is not identified: fewer than 10
    outcomes of either sort, one and the same prediction for all, or no convergence.
    """
    outcomes = np.maximum(actual, 0.0)
    events = int(np.sum(outcomes > 0))
    rarer = min(events, len(outcomes) - events) if kind is PredictionKind.PROBABILITY else events
    if np.ptp(predicted) == 0 or rarer < _FEWEST_OUTCOMES:
        return None
    columns = np.stack([np.ones_like(predicted), _link(kind, predicted)], axis=1)
    try:
        beta = fit_regression(kind, columns, outcomes, weights)
        errors = _clustered_errors(kind, columns, outcomes, weights, beta, customers)
    except LinAlgError:
        return None
    if not np.isfinite(beta).all() or np.abs(beta).max() > _LARGEST_LINEAR_PREDICTOR:
        return None
    low, high = beta - _CRITICAL_VALUE * errors, beta + _CRITICAL_VALUE * errors
    intercept, slope = (Interval(float(beta[i]), float(low[i]), float(high[i])) for i in range(2))
    return CalibrationLine(slope, intercept)


def fit_regression(
    kind: PredictionKind, columns: Floats, actual: Floats, weights: Floats, ridge: float = 0.0
) -> Floats:
    """Coefficients (k,) of a weighted logistic (probability) or Poisson (value) regression, by Newton's method.

    `columns` (rows, k), the first being the intercept, which `ridge` (an L2 penalty) does not shrink; `actual` and
    `weights` (rows,). Raises LinAlgError when the columns do not identify the coefficients.
    """
    beta = np.zeros(columns.shape[1])
    beta[0] = _link(kind, np.array([np.average(actual, weights=weights)]))[0]
    penalty = ridge * np.eye(len(beta))
    penalty[0, 0] = 0.0
    for _ in range(_MOST_STEPS):
        mean = inverse_link(kind, columns @ beta)
        curvature = weights * _variance(kind, mean)
        gradient = columns.T @ (weights * (actual - mean)) - penalty @ beta
        step = np.linalg.solve((columns * curvature[:, None]).T @ columns + penalty, gradient)
        beta = beta + np.clip(step, -_LONGEST_STEP, _LONGEST_STEP)  # a longer step overshoots
        if np.abs(step).max() < _CONVERGED:
            break
    return beta


def inverse_link(kind: PredictionKind, linear_predictor: Floats) -> Floats:
    """The mean (rows,) of each linear predictor (rows,): a probability from log odds, or an amount from its log."""
    bounded = np.clip(linear_predictor, -_LARGEST_LINEAR_PREDICTOR, _LARGEST_LINEAR_PREDICTOR)
    mean: Floats = 1 / (1 + np.exp(-bounded)) if kind is PredictionKind.PROBABILITY else np.exp(bounded)
    return mean


def _link(kind: PredictionKind, mean: Floats) -> Floats:
    if kind is PredictionKind.VALUE:
        logs: Floats = np.log(np.maximum(mean, _SMALLEST))
        return logs
    inside = np.clip(mean, _SMALLEST, 1 - _SMALLEST)
    odds: Floats = np.log(inside / (1 - inside))
    return odds


def _variance(kind: PredictionKind, mean: Floats) -> Floats:
    """Of a Bernoulli or Poisson outcome with this mean."""
    return mean * (1 - mean) if kind is PredictionKind.PROBABILITY else mean


def _clustered_errors(
    kind: PredictionKind, columns: Floats, actual: Floats, weights: Floats, beta: Floats, customers: Names
) -> Floats:
    # The sandwich estimator with customers as clusters (Liang & Zeger 1986, Longitudinal data analysis using
    # generalized linear models), with independence as the working correlation.
    mean = inverse_link(kind, columns @ beta)
    curvature = weights * _variance(kind, mean)
    bread = np.linalg.inv((columns * curvature[:, None]).T @ columns)
    _, codes = np.unique(customers.astype(str), return_inverse=True)
    scores = columns * (weights * (actual - mean))[:, None]
    summed = np.stack([np.bincount(codes, weights=score) for score in scores.T], axis=1)
    errors: Floats = np.sqrt(np.diag(bread @ (summed.T @ summed) @ bread))
    return errors
