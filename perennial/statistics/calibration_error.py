"""How far predictions are from what happened, where it matters: in groups of equal size along the prediction.

`error` is the binned expected calibration error with equal-mass bins (Naeini et al. 2015, Nixon et al. 2019). It never
reads zero, even for the truth: `floor` is what a perfectly calibrated model would show on these rows. `gap` is the root
mean square of the same distances with the noise taken out (Kumar, Liang & Ma 2019, "Verified Uncertainty Calibration"),
so that it reads zero for the truth, and over- and underconfidence do not cancel in it.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from perennial.stages import PredictionKind
from perennial.statistics.bootstrap import (
    Floats,
    Interval,
    Resampled,
    percentile_interval,
    reflected_interval,
    resample_sums,
)

BINS = 10
_ROWS_PER_BIN = 50


@dataclass(frozen=True)
class Bin:
    """Rows with neighbouring predictions: their mean prediction, and what happened with its 95 % interval."""

    rows: int
    predicted: float
    observed: float
    low: float
    high: float


@dataclass(frozen=True)
class Calibration:
    """Distances of predicted from observed, per row (probability) or as a share of the mean observed (value).

    `error`: mean distance over bins. `gap`: its root mean square without noise. `difference`: mean predicted less mean
    observed, signed, so that opposite errors cancel in it.
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
    kind: PredictionKind,
    actual: Floats,
    predicted: Floats,
    customers: npt.NDArray[np.object_],
    weights: Floats | None = None,
) -> Calibration:
    """Calibration with cluster-bootstrap intervals, and the bins of the reliability diagram.

    `weights` (rows,): how many customers each row stands for; taken as known, not estimated. Bins hold equally many
    rows, whatever they weigh.
    """
    weight = np.ones(len(actual)) if weights is None else weights
    count = int(np.clip(len(actual) // _ROWS_PER_BIN, 1, BINS))
    order = np.argsort(predicted, kind="stable")
    members = np.zeros((len(actual), count))
    for number, rows in enumerate(np.array_split(order, count)):
        members[rows, number] = 1.0
    weighted = members * weight[:, None]
    columns = np.concatenate([weighted * predicted[:, None], weighted * actual[:, None], weighted], axis=1)
    resampled = resample_sums(customers, columns)
    sums = resampled.sums[None, :]
    estimate, difference = float(_error(kind, sums, count)[0]), float(_difference(kind, sums, count)[0])
    whole = weight.sum()
    return Calibration(
        error=reflected_interval(estimate, _error(kind, resampled.draws, count)),
        gap=_gap(kind, resampled, count),
        difference=percentile_interval(difference, _difference(kind, resampled.draws, count)),
        floor=_floor(kind, actual, predicted, weight, members),
        bins=_bins(resampled, members.sum(axis=0)),
        predicted=float(predicted @ weight / whole),
        observed=float(actual @ weight / whole),
        rows=len(actual),
        customers=len(np.unique(customers.astype(str))),
    )


def _split(sums: Floats, count: int) -> tuple[Floats, Floats, Floats]:
    return sums[:, :count], sums[:, count : 2 * count], sums[:, 2 * count :]


def _whole(kind: PredictionKind, actual: Floats, rows: Floats) -> Floats:
    whole: Floats = rows.sum(axis=1) if kind is PredictionKind.PROBABILITY else np.maximum(actual.sum(axis=1), 1e-9)
    return whole


def _error(kind: PredictionKind, sums: Floats, count: int) -> Floats:
    predicted, actual, rows = _split(sums, count)
    error: Floats = np.abs(predicted - actual).sum(axis=1) / _whole(kind, actual, rows)
    return error


def _difference(kind: PredictionKind, sums: Floats, count: int) -> Floats:
    predicted, actual, rows = _split(sums, count)
    difference: Floats = (predicted - actual).sum(axis=1) / _whole(kind, actual, rows)
    return difference


def _gap(kind: PredictionKind, resampled: Resampled, count: int) -> Interval:
    # Noise adds each bin's variance to its squared distance, and drawing customers again adds it once more; so it is
    # taken out once of the estimate and twice of the draws. The interval is that of the square, and starts at zero
    # wherever zero cannot be excluded.
    distances, shares = _distances(kind, resampled.sums[None, :], count)
    drawn, drawn_shares = _distances(kind, resampled.draws, count)
    noise = drawn.var(axis=0)
    square = float((shares * (distances**2 - noise)).sum())
    low, high = np.quantile((drawn_shares * (drawn**2 - 2 * noise)).sum(axis=1), (0.025, 0.975))
    roots = np.sqrt(np.maximum([square, min(low, square), max(high, square)], 0.0))
    return Interval(*(float(root) for root in roots))


def _distances(kind: PredictionKind, sums: Floats, count: int) -> tuple[Floats, Floats]:
    """Each bin's distance, and its share of the rows."""
    predicted, actual, rows = _split(sums, count)
    present = np.maximum(rows, 1e-9)
    scale = 1.0 if kind is PredictionKind.PROBABILITY else np.maximum(actual.sum(axis=1), 1e-9) / rows.sum(axis=1)
    distances: Floats = (predicted - actual) / present / np.reshape(scale, (-1, 1))
    return distances, rows / rows.sum(axis=1, keepdims=True)


def _floor(kind: PredictionKind, actual: Floats, predicted: Floats, weight: Floats, members: Floats) -> float:
    # The mean of |N(0, s)| is s * sqrt(2 / pi); the noise of a bin's sum is that of its rows.
    noise = predicted * (1 - predicted) if kind is PredictionKind.PROBABILITY else (actual - predicted) ** 2
    whole = weight.sum() if kind is PredictionKind.PROBABILITY else max(float(actual @ weight), 1e-9)
    return float(np.sqrt(2 / np.pi) * np.sqrt((noise * weight**2) @ members).sum() / whole)


def _bins(resampled: Resampled, rows_in: Floats) -> tuple[Bin, ...]:
    found, count = [], len(rows_in)
    for number in range(count):
        predicted, actual, weight = (resampled.sums[part * count + number] for part in range(3))
        drawn_weight = np.maximum(resampled.draws[:, 2 * count + number], 1e-9)
        observed = percentile_interval(actual / weight, resampled.draws[:, count + number] / drawn_weight)
        found.append(
            Bin(int(rows_in[number]), float(predicted / weight), observed.estimate, observed.low, observed.high)
        )
    return tuple(found)
