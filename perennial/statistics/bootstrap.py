"""Bootstrap over customers, not rows: a customer's weeks resemble each other and are drawn together."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

REPLICATES = 500
SEED = 20170101
_BATCH = 50


@dataclass(frozen=True)
class Interval:
    """An estimate with its 95 % interval."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class Resampled:
    """Column sums over all rows (k,), and over each bootstrap draw of customers (replicates, k)."""

    sums: Floats
    draws: Floats


def resample_sums(customers: npt.NDArray[np.object_], columns: Floats, replicates: int = REPLICATES) -> Resampled:
    """Sums of `columns` (rows, k) under the cluster bootstrap: whole customers drawn with replacement.

    Every statistic that is a function of sums (means, ratios, binned calibration) follows from these in one go.
    """
    names, codes = np.unique(customers.astype(str), return_inverse=True)
    per_customer = np.stack([np.bincount(codes, weights=column, minlength=len(names)) for column in columns.T], axis=1)
    draws = np.concatenate([weights @ per_customer for weights in _draw_weights(len(names), replicates)])
    return Resampled(columns.sum(axis=0), draws)


def _draw_weights(count: int, replicates: int) -> Iterator[Floats]:
    # In batches, so that memory stays bounded however many customers there are.
    generator = np.random.default_rng(SEED)
    even = np.full(count, 1 / count)
    for start in range(0, replicates, _BATCH):
        yield generator.multinomial(count, even, size=min(_BATCH, replicates - start)).astype(np.float64)


def percentile_interval(estimate: float, draws: Floats) -> Interval:
    """The plain bootstrap interval, for estimates without a bias of their own, such as means and their differences."""
    low, high = np.quantile(draws, (0.025, 0.975))
    return Interval(float(estimate), float(low), float(high))


def reflected_interval(estimate: float, draws: Floats) -> Interval:
    """The basic ("reflected") bootstrap interval of a quantity that cannot be negative.

    A binned calibration error is biased upwards by noise, and its bootstrap doubly so; reflecting takes the
    second helping of bias back out (Davison & Hinkley 1997, Bootstrap Methods and their Application, section 5.2).
    """
    low, high = np.quantile(draws, (0.025, 0.975))
    return Interval(float(estimate), max(0.0, float(2 * estimate - high)), max(0.0, float(2 * estimate - low)))


def mean_interval(customers: npt.NDArray[np.object_], values: Floats) -> Interval:
    """The mean of `values` over rows with its cluster-bootstrap interval."""
    resampled = resample_sums(customers, np.stack([values, np.ones_like(values)], axis=1))
    return percentile_interval(resampled.sums[0] / resampled.sums[1], resampled.draws[:, 0] / resampled.draws[:, 1])
