"""Calibration error: how far predictions lie from observed outcomes, in bins of equally many rows along the prediction.

`error` is the expected calibration error with equal-mass bins (Naeini et al. 2015; Nixon et al. 2019). It is above zero
even for a perfectly calibrated model: `floor` is what such a model would show on these rows. `gap` is the root mean
square of the same distances, debiased for sampling noise (Kumar, Liang & Ma 2019, Verified Uncertainty Calibration,
section 4), so that a perfectly calibrated model has 0; over- and underconfidence do not cancel in it.
"""

from dataclasses import dataclass

import numpy as np

from perennial.stages import PredictionKind
from perennial.statistics.arrays import Floats, Names
from perennial.statistics.bootstrap import Resampled, percentile_interval, reflected_interval, resample_sums
from perennial.statistics.interval import Interval

BINS = 10
_ROWS_PER_BIN = 50
_SMALLEST = 1e-9


@dataclass(frozen=True)
class Bin:
    """Rows with neighbouring predictions: mean prediction, and mean observed outcome with its 95 % interval."""

    rows: int
    predicted: float
    observed: float
    low: float
    high: float


@dataclass(frozen=True)
class Calibration:
    """Distances of predicted from observed, per row (probability) or as a share of the mean observed (value).

    `error`: mean absolute distance over bins. `gap`: root mean square distance, debiased. `difference`: mean predicted
    less mean observed, signed, so that opposite errors cancel in it. Intervals are at 95 %.
    """

    error: Interval
    gap: Interval
    difference: Interval
    floor: float
    bins: tuple[Bin, ...]
    predicted: float
    observed: float
    rows: int
    customers: int


def measure_calibration(
    kind: PredictionKind, actual: Floats, predicted: Floats, customers: Names, weights: Floats | None = None
) -> Calibration:
    """Calibration with cluster-bootstrap intervals, and the bins of the reliability diagram.

    `actual`, `predicted` (rows,): probabilities and labels of 0 or 1, or amounts in one unit. `customers` (rows,):
    whose each row is. `weights` (rows,): how many customers each row represents, taken as known and not as estimated; 1
    by default. There are up to 10 bins of equally many rows, whatever they weigh, and fewer where rows are few.
    """
    weight = np.ones(len(actual)) if weights is None else weights
    count = int(np.clip(len(actual) // _ROWS_PER_BIN, 1, BINS))
    members = _bin_members(predicted, count)
    weighted = members * weight[:, None]
    columns = np.concatenate([weighted * predicted[:, None], weighted * actual[:, None], weighted], axis=1)
    resampled = resample_sums(customers, columns)
    sums = resampled.sums[None, :]
    estimate, difference = float(_error(kind, sums, count)[0]), float(_difference(kind, sums, count)[0])
    total = weight.sum()
    return Calibration(
        error=reflected_interval(estimate, _error(kind, resampled.draws, count)),
        gap=_gap(kind, resampled, count),
        difference=percentile_interval(difference, _difference(kind, resampled.draws, count)),
        floor=_floor(kind, actual, predicted, weight, members),
        bins=_bins(resampled, members.sum(axis=0)),
        predicted=float(predicted @ weight / total),
        observed=float(actual @ weight / total),
        rows=len(actual),
        customers=len(np.unique(customers.astype(str))),
    )


def _bin_members(predicted: Floats, count: int) -> Floats:
    """(rows, count): 1 where a row belongs to a bin."""
    order = np.argsort(predicted, kind="stable")
    members = np.zeros((len(predicted), count))
    for number, rows in enumerate(np.array_split(order, count)):
        members[rows, number] = 1.0
    return members


def _split(sums: Floats, count: int) -> tuple[Floats, Floats, Floats]:
    """Sums by bin of predictions, of outcomes and of weights, (draws, count) each."""
    return sums[:, :count], sums[:, count : 2 * count], sums[:, 2 * count :]


def _denominator(kind: PredictionKind, actual: Floats, weights: Floats) -> Floats:
    total: Floats = (
        weights.sum(axis=1) if kind is PredictionKind.PROBABILITY else np.maximum(actual.sum(axis=1), _SMALLEST)
    )
    return total


def _error(kind: PredictionKind, sums: Floats, count: int) -> Floats:
    predicted, actual, weights = _split(sums, count)
    error: Floats = np.abs(predicted - actual).sum(axis=1) / _denominator(kind, actual, weights)
    return error


def _difference(kind: PredictionKind, sums: Floats, count: int) -> Floats:
    predicted, actual, weights = _split(sums, count)
    difference: Floats = (predicted - actual).sum(axis=1) / _denominator(kind, actual, weights)
    return difference


def _gap(kind: PredictionKind, resampled: Resampled, count: int) -> Interval:
    # Noise adds each bin's variance to its squared distance, and resampling adds it once more; so it is subtracted once
    # from the estimate and twice from the draws. The interval is that of the square, and starts at zero wherever zero
    # cannot be excluded.
    distances, shares = _distances(kind, resampled.sums[None, :], count)
    drawn, drawn_shares = _distances(kind, resampled.draws, count)
    noise = drawn.var(axis=0)
    square = float((shares * (distances**2 - noise)).sum())
    low, high = np.quantile((drawn_shares * (drawn**2 - 2 * noise)).sum(axis=1), (0.025, 0.975))
    roots = np.sqrt(np.maximum([square, min(low, square), max(high, square)], 0.0))
    return Interval(*(float(root) for root in roots))


def _distances(kind: PredictionKind, sums: Floats, count: int) -> tuple[Floats, Floats]:
    """Each bin's distance, and its share of the weights."""
    predicted, actual, weights = _split(sums, count)
    present = np.maximum(weights, _SMALLEST)
    scale = (
        1.0 if kind is PredictionKind.PROBABILITY else np.maximum(actual.sum(axis=1), _SMALLEST) / weights.sum(axis=1)
    )
    distances: Floats = (predicted - actual) / present / np.reshape(scale, (-1, 1))
    return distances, weights / weights.sum(axis=1, keepdims=True)


def _floor(kind: PredictionKind, actual: Floats, predicted: Floats, weight: Floats, members: Floats) -> float:
    # The mean of |N(0, s)| is s * sqrt(2 / pi); the variance of a bin's sum is that of its rows added up.
    is_probability = kind is PredictionKind.PROBABILITY
    variance = predicted * (1 - predicted) if is_probability else (actual - predicted) ** 2
    total = weight.sum() if is_probability else max(float(actual @ weight), _SMALLEST)
    return float(np.sqrt(2 / np.pi) * np.sqrt((variance * weight**2) @ members).sum() / total)


def _bins(resampled: Resampled, rows_in: Floats) -> tuple[Bin, ...]:
    bins, count = [], len(rows_in)
    for number in range(count):
        predicted, actual, weight = (resampled.sums[part * count + number] for part in range(3))
        drawn_weight = np.maximum(resampled.draws[:, 2 * count + number], _SMALLEST)
        observed = percentile_interval(actual / weight, resampled.draws[:, count + number] / drawn_weight)
        bins.append(
            Bin(int(rows_in[number]), float(predicted / weight), observed.estimate, observed.low, observed.high)
        )
    return tuple(bins)
