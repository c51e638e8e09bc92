"""The means of two arms and how sure they are: everything a linear function of each unit's columns.

A mean is a ratio of sums, metric over rows, so that plain means, ratio metrics and clusters of unequal size are one
case: the delta method gives each unit's influence, and the squares of the influences add up to the variance (Deng,
Knoblich & Lu 2018, Applying the delta method in metric analytics). Covariates known before the start are subtracted
with the weights that make the variance of the difference least: CUPED (Deng, Xu, Kohavi & Walker 2013), which with
weights from both arms together does no worse than no adjustment (Lin 2013, Agnostic notes on regression adjustments).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from perennial.experimentation.metrics import ROWS, Metric
from perennial.experimentation.moments import Floats, Sample
from perennial.experimentation.skewness import asymmetry


@dataclass(frozen=True)
class Contrast:
    """Two means with their variances and covariance, adjusted where there are covariates.

    `units` counts what is independent: customers, or clusters. `plain_*` are what they would be without adjustment.
    `asymmetry` is the skewness of the difference in standard errors, where the arms differ in size.
    """

    treatment: float
    control: float
    variance_treatment: float
    variance_control: float
    covariance: float
    freedom: float
    units: int
    plain_difference: float
    plain_variance: float
    variance_reduction: float = 0.0
    asymmetry: float = 0.0

    @property
    def difference(self) -> float:
        return self.treatment - self.control

    @property
    def variance(self) -> float:
        return max(0.0, self.variance_treatment + self.variance_control - 2 * self.covariance)


@dataclass(frozen=True)
class _Pair:
    """The two arms of a comparison: influences are laid side by side, treatment first."""

    sample: Sample
    arms: tuple[str, str]

    def covariance(self, left: Floats, right: Floats) -> Floats:
        """Of statistics whose influence weights are (2, k, p) and (2, k, q): a (p, q) matrix."""
        found: Floats = np.zeros((left.shape[2], right.shape[2]))
        for number, arm in enumerate(self.arms):
            products = self.sample.arms[arm].products
            found = found + self._correction(arm) * (left[number].T @ products @ right[number])
        for one, other in ((0, 1), (1, 0)):
            shared = self.sample.cross.get((self.arms[one], self.arms[other]))
            if shared is not None:
                found = found + self._correction(None) * (left[one].T @ shared @ right[other])
        return found

    def asymmetry(self, influence: Floats) -> float:
        """Of a difference with these influence weights (2, k). Clusters that lie in both arms have none to tell of."""
        if self.sample.clusters is not None:
            return 0.0
        parts = [self.sample.arms[arm] for arm in self.arms]
        # Each unit's own value in the metric's scale, in both arms with the same sign.
        weights = [part.count * own for part, own in zip(parts, (influence[0], -influence[1]), strict=True)]
        count = sum(part.count for part in parts)
        second = sum(own @ part.products @ own for part, own in zip(parts, weights, strict=True)) / count
        third = sum(part.triples @ own @ own @ own for part, own in zip(parts, weights, strict=True)) / count
        skewness = third / second**1.5 if second > 0 else 0.0
        return asymmetry(skewness, parts[0].count, parts[1].count)

    def _correction(self, arm: str | None) -> float:
        count = self.sample.clusters if self.sample.clusters is not None else self.sample.arms[arm or ""].count
        return count / (count - 1)

    def ratio(self, numerator: str, denominator: str) -> tuple[Floats, Floats]:
        """The ratio in each arm (2,), and its influence weights (2, k)."""
        ratios, weights = [], []
        for arm in self.arms:
            below = self.sample.total(arm, denominator)
            ratio = self.sample.total(arm, numerator) / below
            ratios.append(ratio)
            weights.append(self.sample.weighted(_added({numerator: 1 / below}, {denominator: -ratio / below})))
        return np.array(ratios), np.stack(weights)


def contrast(
    sample: Sample,
    metric: Metric,
    covariates: Sequence[str],
    treatment: str,
    control: str,
    *,
    borrowed_units: int = 0,
) -> Contrast:
    """The comparison of two arms on one metric. The denominator must not be zero in either.

    Each arm's variance borrows so many units from that of both together: nothing once there are many, but early on a
    small arm in which nobody has bought yet would seem to know its mean exactly.
    """
    pair = _Pair(sample, (treatment, control))
    means, influence = pair.ratio(metric.numerator, metric.denominator or ROWS)
    plain = _one_arm_each(influence)
    plain_covariance = pair.covariance(plain, plain)
    means_adjusted, adjusted = _adjusted(pair, means, plain, covariates) if covariates else (means, plain)
    spread = adjusted_covariance = pair.covariance(adjusted, adjusted) if covariates else plain_covariance
    if borrowed_units:
        spread = _steadied(spread, np.array([sample.arms[arm].count for arm in pair.arms]), borrowed_units)
    sign = np.array([1.0, -1.0])
    plain_variance = max(0.0, float(sign @ plain_covariance @ sign))
    return Contrast(
        treatment=float(means_adjusted[0]),
        control=float(means_adjusted[1]),
        variance_treatment=float(spread[0, 0]),
        variance_control=float(spread[1, 1]),
        covariance=float(spread[0, 1]),
        freedom=_freedom(sample, spread, (treatment, control)),
        units=sample.clusters or sample.arms[treatment].count + sample.arms[control].count,
        plain_difference=float(means[0] - means[1]),
        plain_variance=plain_variance,
        variance_reduction=1 - max(0.0, float(sign @ adjusted_covariance @ sign)) / plain_variance
        if plain_variance
        else 0.0,
        asymmetry=pair.asymmetry(adjusted @ sign),
    )


def _added(*parts: Mapping[str, float]) -> dict[str, float]:
    whole: dict[str, float] = {}
    for part in parts:
        for name, weight in part.items():
            whole[name] = whole.get(name, 0.0) + weight
    return whole


def _one_arm_each(influence: Floats) -> Floats:
    """Influence weights (2, k) of a statistic per arm, as those of two statistics (2, k, 2)."""
    placed = np.zeros((*influence.shape, 2))
    for number in range(2):
        placed[number, :, number] = influence[number]
    return placed


def _adjusted(pair: _Pair, means: Floats, plain: Floats, covariates: Sequence[str]) -> tuple[Floats, Floats]:
    found = [pair.ratio(name, ROWS) for name in covariates]
    levels = np.stack([ratios for ratios, _ in found], axis=1)  # (2, covariates)
    influences = np.stack([weights for _, weights in found], axis=2)  # (2, k, covariates)
    difference = plain[:, :, :1] - plain[:, :, 1:]
    between = influences * np.array([1.0, -1.0])[:, None, None]
    # Columns of very different size, or that repeat each other, would make a plain inverse unsafe.
    covariance = pair.covariance(between, between)
    scale = 1 / np.sqrt(np.maximum(np.diag(covariance), 1e-300))
    inverse = scale[:, None] * np.linalg.pinv(covariance * np.outer(scale, scale), rcond=1e-10, hermitian=True) * scale
    theta = inverse @ pair.covariance(between, difference)[:, 0]
    rows = np.array([pair.sample.total(arm, ROWS) for arm in pair.arms])
    shares = rows / rows.sum()
    adjusted = plain - _one_arm_each(influences @ theta) + (shares[:, None] * (influences @ theta))[:, :, None]
    return means - (levels - shares @ levels) @ theta, adjusted


def _steadied(spread: Floats, counts: Floats, borrowed: int) -> Floats:
    """The variances of the two means, each unit's variance drawn towards that of all units."""
    own = np.diag(spread) * counts
    pooled = float(own @ counts / counts.sum())
    drawn = (counts * own + borrowed * pooled) / (counts + borrowed) / counts
    steadied: Floats = spread - np.diag(np.diag(spread)) + np.diag(drawn)
    return steadied


def _freedom(sample: Sample, spread: Floats, arms: tuple[str, str]) -> float:
    """Welch's degrees of freedom; clusters that lie in both arms are one group."""
    if sample.clusters is not None:
        return sample.clusters - 1.0
    parts = np.array([spread[0, 0], spread[1, 1]])
    counts = np.array([sample.arms[arm].count for arm in arms])
    below = float((parts**2 / (counts - 1)).sum())
    return float(parts.sum()) ** 2 / below if below > 0 else inf
