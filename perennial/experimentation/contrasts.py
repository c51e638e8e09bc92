"""The contrast of two arms: their means with variances and covariance, adjusted for covariates where there are any.

Covariates known before the start are subtracted with the weights that minimise the variance of the difference: CUPED
(Deng, Xu, Kohavi & Walker 2013, Improving the sensitivity of online controlled experiments by utilizing pre-experiment
data), which with weights from both arms together does no worse than no adjustment (Lin 2013, Agnostic notes on
regression adjustments to experimental data).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from perennial.experimentation.influence import ArmPair, as_two_statistics
from perennial.experimentation.metrics import ROWS, Metric
from perennial.experimentation.moments import Sample
from perennial.statistics import Floats


@dataclass(frozen=True)
class Contrast:
    """Two means with their variances and covariance, in the metric's unit, adjusted where there are covariates.

    `units` counts what is independent: customers, or clusters. `unadjusted_difference` is that without covariates,
    `variance_reduction` the share of its variance that they took away. `skewness` is that of the difference over its
    standard error, where the arms differ in size.
    """

    treatment: float
    control: float
    variance_treatment: float
    variance_control: float
    covariance: float
    degrees_of_freedom: float
    units: int
    unadjusted_difference: float
    variance_reduction: float = 0.0
    skewness: float = 0.0

    @property
    def difference(self) -> float:
        return self.treatment - self.control

    @property
    def variance(self) -> float:
        return max(0.0, self.variance_treatment + self.variance_control - 2 * self.covariance)


def contrast(
    sample: Sample,
    metric: Metric,
    covariates: Sequence[str],
    treatment: str,
    control: str,
    *,
    prior_units: int = 0,
) -> Contrast:
    """The contrast of two arms on one metric. The denominator must not be zero in either.

    With `prior_units`, each arm's variance is shrunk towards the pooled one as if so many units had it: no matter once
    there are many, but early on a small arm in which nobody has bought yet would have a mean without any error.
    """
    pair = ArmPair(sample, (treatment, control))
    means, influence = pair.ratio(metric.numerator, metric.denominator or ROWS)
    unadjusted = as_two_statistics(influence)
    unadjusted_covariance = pair.covariance(unadjusted, unadjusted)
    adjusted_means, adjusted = _adjust(pair, means, unadjusted, covariates) if covariates else (means, unadjusted)
    covariance = adjusted_covariance = pair.covariance(adjusted, adjusted) if covariates else unadjusted_covariance
    if prior_units:
        covariance = _shrink_variances(covariance, np.array(pair.counts), prior_units)
    sign = np.array([1.0, -1.0])
    unadjusted_variance = max(0.0, float(sign @ unadjusted_covariance @ sign))
    return Contrast(
        treatment=float(adjusted_means[0]),
        control=float(adjusted_means[1]),
        variance_treatment=float(covariance[0, 0]),
        variance_control=float(covariance[1, 1]),
        covariance=float(covariance[0, 1]),
        degrees_of_freedom=_degrees_of_freedom(pair, covariance),
        units=sample.clusters or sum(pair.counts),
        unadjusted_difference=float(means[0] - means[1]),
        variance_reduction=1 - max(0.0, float(sign @ adjusted_covariance @ sign)) / unadjusted_variance
        if unadjusted_variance
        else 0.0,
        skewness=pair.skewness(adjusted @ sign),
    )


def _adjust(pair: ArmPair, means: Floats, unadjusted: Floats, covariates: Sequence[str]) -> tuple[Floats, Floats]:
    """Means (2,) and influence weights (2, k, 2) less θ times those of the covariates (equation 4 of CUPED's paper)."""
    ratios = [pair.ratio(name, ROWS) for name in covariates]
    levels = np.stack([level for level, _ in ratios], axis=1)  # (2, covariates)
    influences = np.stack([weights for _, weights in ratios], axis=2)  # (2, k, covariates)
    difference = unadjusted[:, :, :1] - unadjusted[:, :, 1:]
    between = influences * np.array([1.0, -1.0])[:, None, None]
    # Columns of very different size, or that repeat each other, would make a plain inverse unsafe.
    covariance = pair.covariance(between, between)
    scale = 1 / np.sqrt(np.maximum(np.diag(covariance), 1e-300))
    inverse = scale[:, None] * np.linalg.pinv(covariance * np.outer(scale, scale), rcond=1e-10, hermitian=True) * scale
    theta = inverse @ pair.covariance(between, difference)[:, 0]
    rows = np.array([pair.sample.total(arm, ROWS) for arm in pair.arms])
    shares = rows / rows.sum()
    adjusted = unadjusted - as_two_statistics(influences @ theta) + (shares[:, None] * (influences @ theta))[:, :, None]
    return means - (levels - shares @ levels) @ theta, adjusted


def _shrink_variances(covariance: Floats, counts: Floats, prior_units: int) -> Floats:
    """The covariance of two means, each unit's variance shrunk towards the pooled one by so many prior units."""
    own = np.diag(covariance) * counts
    pooled = float(own @ counts / counts.sum())
    shrunken = (counts * own + prior_units * pooled) / (counts + prior_units) / counts
    result: Floats = covariance - np.diag(np.diag(covariance)) + np.diag(shrunken)
    return result


def _degrees_of_freedom(pair: ArmPair, covariance: Floats) -> float:
    """Welch's (1947), by the Welch-Satterthwaite equation; clusters that lie in both arms are one group."""
    if pair.sample.clusters is not None:
        return pair.sample.clusters - 1.0
    variances = np.array([covariance[0, 0], covariance[1, 1]])
    below = float((variances**2 / (np.array(pair.counts) - 1)).sum())
    return float(variances.sum()) ** 2 / below if below > 0 else inf
