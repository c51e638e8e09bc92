"""Two arms side by side: ratios of sums with their influence weights, and the covariances and skewness these have.

A mean is a ratio of sums, metric over rows, so that plain means, ratio metrics and clusters of unequal size are one
case: the delta method gives each unit's influence value as a linear function of its columns, and the influence values'
squares add up to the variance (Deng, Knoblich & Lu 2018, Applying the delta method in metric analytics).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from perennial.experimentation.moments import Sample
from perennial.experimentation.skewness import skewness_of_difference
from perennial.statistics import Floats


@dataclass(frozen=True)
class ArmPair:
    """The two arms of a comparison, treatment first, in this order in the first axis of all influence weights."""

    sample: Sample
    arms: tuple[str, str]

    @property
    def counts(self) -> tuple[int, int]:
        """The units of each arm."""
        return self.sample.arms[self.arms[0]].count, self.sample.arms[self.arms[1]].count

    def ratio(self, numerator: str, denominator: str) -> tuple[Floats, Floats]:
        """The ratio of two columns' sums in each arm (2,), and its influence weights (2, k)."""
        ratios, weights = [], []
        for arm in self.arms:
            below = self.sample.total(arm, denominator)
            ratio = self.sample.total(arm, numerator) / below
            ratios.append(ratio)
            weights.append(self.sample.weighted(_add({numerator: 1 / below}, {denominator: -ratio / below})))
        return np.array(ratios), np.stack(weights)

    def covariance(self, left: Floats, right: Floats) -> Floats:
        """Of statistics with influence weights (2, k, p) and (2, k, q): a (p, q) matrix."""
        covariance: Floats = np.zeros((left.shape[2], right.shape[2]))
        for number, arm in enumerate(self.arms):
            products = self.sample.arms[arm].products
            covariance = covariance + self._correction(arm) * (left[number].T @ products @ right[number])
        for one, other in ((0, 1), (1, 0)):
            shared = self.sample.cross.get((self.arms[one], self.arms[other]))
            if shared is not None:
                covariance = covariance + self._correction(None) * (left[one].T @ shared @ right[other])
        return covariance

    def skewness(self, influence: Floats) -> float:
        """Of a difference with influence weights (2, k), in standard errors; 0 for clusters that lie in both arms."""
        if self.sample.clusters is not None:
            return 0.0
        parts = [self.sample.arms[arm] for arm in self.arms]
        # Each unit's own value in the metric's scale, in both arms with the same sign.
        weights = [part.count * own for part, own in zip(parts, (influence[0], -influence[1]), strict=True)]
        count = sum(part.count for part in parts)
        second = sum(own @ part.products @ own for part, own in zip(parts, weights, strict=True)) / count
        third = sum(part.triples @ own @ own @ own for part, own in zip(parts, weights, strict=True)) / count
        skewness = third / second**1.5 if second > 0 else 0.0
        return skewness_of_difference(skewness, parts[0].count, parts[1].count)

    def _correction(self, arm: str | None) -> float:
        """N / (n - 1), of the arm's units, or of the clusters where these lie in both arms."""
        count = self.sample.clusters if self.sample.clusters is not None else self.sample.arms[arm or ""].count
        return count / (count - 1)


def _add(*parts: Mapping[str, float]) -> dict[str, float]:
    total: dict[str, float] = {}
    for part in parts:
        for name, weight in part.items():
            total[name] = total.get(name, 0.0) + weight
    return total


def as_two_statistics(influence: Floats) -> Floats:
    """Influence weights (2, k) of a statistic of each arm, as those of two statistics (2, k, 2)."""
    placed = np.zeros((*influence.shape, 2))
    for number in range(2):
        placed[number, :, number] = influence[number]
    return placed
