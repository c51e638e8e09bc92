"""The cluster bootstrap: customers are resampled, not rows, because the rows of one customer are not independent."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from perennial.statistics.arrays import Floats, Names
from perennial.statistics.interval import Interval

REPLICATES = 500
SEED = 20170101
_BATCH = 50


@dataclass(frozen=True)
class Resampled:
    """Column sums over all rows, `sums` (k,), and over each bootstrap replicate, `draws` (replicates, k)."""

    sums: Floats
    draws: Floats


def resample_sums(customers: Names, columns: Floats, replicates: int = REPLICATES) -> Resampled:
    """Sums of `columns` (rows, k) under the cluster bootstrap; `customers` (rows,) names whose each row is.

    Whole customers are drawn with replacement, from a fixed seed. Every statistic that is a function of sums (a mean, a
    ratio, a binned calibration error) follows from one call (Davison & Hinkley 1997, Bootstrap Methods and their
    Application, section 3.8).
    """
    names, codes = np.unique(customers.astype(str), return_inverse=True)
    per_customer = np.stack([np.bincount(codes, weights=column, minlength=len(names)) for column in columns.T], axis=1)
    draws = np.concatenate([weights @ per_customer for weights in _draw_weights(len(names), replicates)])
    return Resampled(columns.sum(axis=0), draws)


def _draw_weights(count: int, replicates: int) -> Iterator[Floats]:
    # In batches, so that memory stays bounded however many customers there are.
    generator = np.random.default_rng(SEED)
    uniform = np.full(count, 1 / count)
    for start in range(0, replicates, _BATCH):
        yield generator.multinomial(count, uniform, size=min(_BATCH, replicates - start)).astype(np.float64)


def percentile_interval(estimate: float, draws: Floats) -> Interval:
    """The 95 % percentile interval of `draws` (replicates,) (Davison & Hinkley 1997, equation 5.18).

    For estimates without a bias of their own, such as means and their differences.
    """
    low, high = np.quantile(draws, (0.025, 0.975))
    return Interval(float(estimate), float(low), float(high))


def reflected_interval(estimate: float, draws: Floats) -> Interval:
    """The 95 % basic ("reflected") bootstrap interval of a quantity that cannot be negative; `draws` (replicates,).

    A binned calibration error is biased upwards by noise, and its bootstrap replicates are biased twice; reflecting
    them about the estimate removes the second bias (Davison & Hinkley 1997, equation 5.6).
    """
    low, high = np.quantile(draws, (0.025, 0.975))
    return Interval(float(estimate), max(0.0, float(2 * estimate - high)), max(0.0, float(2 * estimate - low)))


def mean_interval(customers: Names, values: Floats) -> Interval:
    """The mean of `values` (rows,), in their unit, with its 95 % cluster-bootstrap interval; `customers` (rows,)."""
    resampled = resample_sums(customers, np.stack([values, np.ones_like(values)], axis=1))
    return percentile_interval(resampled.sums[0] / resampled.sums[1], resampled.draws[:, 0] / resampled.draws[:, 1])
