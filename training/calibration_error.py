"""How far predictions are from what happened, where it matters: in groups of equal size along the prediction.

The estimator is the binned expected calibration error with equal-mass bins (Naeini et al. 2015, Nixon et al. 2019).
It never reads zero, even for the truth: `floor` is what a perfectly calibrated model would show on these rows.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.resampling import Floats, Interval, Resampled, percentile_interval, reflected_interval, resample_sums
from training.specs import Kind

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
    """`error`: distance of predicted from observed, mean per row (probability) or share of the total (value)."""

    error: Interval
    floor: float
    bins: tuple[Bin, ...]
    predicted: float
    observed: float
    rows: int
    customers: int


def measure_calibration(
    kind: Kind, actual: Floats, predicted: Floats, customers: npt.NDArray[np.object_]
) -> Calibration:
    """Calibration error with its cluster-bootstrap interval, and the bins of the reliability diagram."""
    count = int(np.clip(len(actual) // _ROWS_PER_BIN, 1, BINS))
    order = np.argsort(predicted, kind="stable")
    members = np.zeros((len(actual), count))
    for number, rows in enumerate(np.array_split(order, count)):
        members[rows, number] = 1.0
    columns = np.concatenate([members * predicted[:, None], members * actual[:, None], members], axis=1)
    resampled = resample_sums(customers, columns)
    estimate = float(_error(kind, resampled.sums[None, :], count)[0])
    return Calibration(
        error=reflected_interval(estimate, _error(kind, resampled.draws, count)),
        floor=_floor(kind, actual, predicted, members),
        bins=_bins(resampled, count),
        predicted=float(predicted.mean()),
        observed=float(actual.mean()),
        rows=len(actual),
        customers=len(np.unique(customers.astype(str))),
    )


def _error(kind: Kind, sums: Floats, count: int) -> Floats:
    predicted, actual, rows = sums[:, :count], sums[:, count : 2 * count], sums[:, 2 * count :]
    whole = rows.sum(axis=1) if kind is Kind.PROBABILITY else np.maximum(actual.sum(axis=1), 1e-9)
    error: Floats = np.abs(predicted - actual).sum(axis=1) / whole
    return error


def _floor(kind: Kind, actual: Floats, predicted: Floats, members: Floats) -> float:
    # The mean of |N(0, s)| is s * sqrt(2 / pi); the noise of a bin's sum is that of its rows.
    noise = predicted * (1 - predicted) if kind is Kind.PROBABILITY else (actual - predicted) ** 2
    whole = len(actual) if kind is Kind.PROBABILITY else max(float(actual.sum()), 1e-9)
    return float(np.sqrt(2 / np.pi) * np.sqrt(noise @ members).sum() / whole)


def _bins(resampled: Resampled, count: int) -> tuple[Bin, ...]:
    found = []
    for number in range(count):
        predicted, actual, rows = (resampled.sums[part * count + number] for part in range(3))
        drawn_rows = np.maximum(resampled.draws[:, 2 * count + number], 1.0)
        observed = percentile_interval(actual / rows, resampled.draws[:, count + number] / drawn_rows)
        found.append(Bin(int(rows), float(predicted / rows), observed.estimate, observed.low, observed.high))
    return tuple(found)
