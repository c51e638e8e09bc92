"""Two rates, compared by the score test: right also for a small holdout with a handful of buyers.

The usual error of a rate is zero where nobody bought, and far too small where few did. The score test takes the error
that the rates would have if the hypothesis were true (Miettinen & Nurminen 1985, Comparative analysis of two rates; the
constrained estimates in closed form by Farrington & Manning 1990). An interval holds all hypotheses not rejected.
Covariates (CUPED) narrow the score's error as much as they narrow the usual one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import acos, copysign, cos, inf, pi, sqrt

from perennial.experimentation.contrasts import Contrast
from perennial.experimentation.critical_values import Bounds
from perennial.experimentation.results import Interval

LARGEST_RATIO = 1e6
_TOLERANCE = 1e-10


@dataclass(frozen=True)
class MeasuredRates:
    """A contrast of two rates under a rule of bounds, with the numbers of units behind them."""

    contrast: Contrast
    bounds: Bounds
    count_treatment: int
    count_control: int

    @property
    def standard_error(self) -> float:
        return sqrt(self.contrast.variance)

    @property
    def p_value(self) -> float:
        return self.bounds.p_value(self._difference_score(0.0), self.contrast.units)

    def interval(self, alpha: float | None = None) -> Interval:
        limit = self.bounds.multiplier(self.contrast.units, alpha=alpha)
        low = _crossing(self._difference_score, self.contrast.difference, -1.0, limit)
        high = _crossing(self._difference_score, self.contrast.difference, 1.0, limit)
        return Interval(low, high)

    @property
    def lift(self) -> float | None:
        return self.contrast.difference / self.contrast.control if self.contrast.control > 0 else None

    @property
    def lift_standard_error(self) -> float | None:
        """By the delta method."""
        if self.lift is None:
            return None
        spread = self.contrast.variance_treatment + (self.lift + 1) ** 2 * self.contrast.variance_control
        return sqrt(max(spread, 0.0)) / self.contrast.control

    @property
    def lift_interval(self) -> Interval | None:
        if self.contrast.control <= 0:
            return None
        limit = self.bounds.multiplier(self.contrast.units)
        seen = self.contrast.treatment / self.contrast.control
        if abs(self._ratio_score(LARGEST_RATIO)) < limit:
            return None
        low = _crossing(self._ratio_score, seen, 0.0, limit)
        high = _crossing(self._ratio_score, seen, LARGEST_RATIO, limit)
        return Interval(low - 1, high - 1)

    def _difference_score(self, difference: float) -> float:
        treatment, control = self._rates_at_difference(difference)
        return self._score(self.contrast.difference - difference, treatment, control, 1.0)

    def _ratio_score(self, ratio: float) -> float:
        treatment, control = self._rates_at_ratio(ratio)
        return self._score(self.contrast.treatment - ratio * self.contrast.control, treatment, control, ratio)

    def _score(self, gap: float, treatment: float, control: float, ratio: float) -> float:
        whole = self.count_treatment + self.count_control
        spread = treatment * (1 - treatment) / self.count_treatment
        spread += ratio**2 * control * (1 - control) / self.count_control
        error = sqrt(max(spread, 0.0) * whole / (whole - 1))
        error *= sqrt(1 - self.contrast.variance_reduction)
        if error < _TOLERANCE * (1 + ratio):
            return 0.0 if abs(gap) < _TOLERANCE * (1 + ratio) else copysign(inf, gap)
        return gap / error

    def _seen(self) -> tuple[float, float]:
        # Covariates can move the rate of a small arm out of its bounds.
        return min(1.0, max(0.0, self.contrast.treatment)), min(1.0, max(0.0, self.contrast.control))

    def _rates_at_difference(self, difference: float) -> tuple[float, float]:
        """The likeliest rates whose difference is this one: the middle root of a cubic."""
        weight = self.count_control / self.count_treatment
        treatment, control = self._seen()
        cubic = 1 + weight
        square = -(1 + weight + treatment + weight * control + difference * (weight + 2))
        linear = difference**2 + difference * (2 * treatment + weight + 1) + treatment + weight * control
        constant = -treatment * difference * (1 + difference)
        middle = square**3 / (3 * cubic) ** 3 - square * linear / (6 * cubic**2) + constant / (2 * cubic)
        size = sqrt(max(square**2 / (3 * cubic) ** 2 - linear / (3 * cubic), 0.0))
        if size < _TOLERANCE:
            found = -square / (3 * cubic)
        else:
            size = copysign(size, middle)
            angle = (pi + acos(min(1.0, max(-1.0, middle / size**3)))) / 3
            found = 2 * size * cos(angle) - square / (3 * cubic)
        found = min(1.0, max(0.0, found, difference), 1.0 + difference)
        return found, min(1.0, max(0.0, found - difference))

    def _rates_at_ratio(self, ratio: float) -> tuple[float, float]:
        """The likeliest rates whose ratio, treatment over control, is this one: a root of a quadratic."""
        if ratio == 0:
            return 0.0, self._seen()[1]
        weight = self.count_control / self.count_treatment
        treatment, control = self._seen()
        linear = -(ratio * (1 + weight * control) + weight + treatment)
        constant = ratio * (treatment + weight * control)
        root = sqrt(max(linear**2 - 4 * (1 + weight) * constant, 0.0))
        found = min(1.0, ratio, 2 * constant / (-linear + root))  # the stable form of the smaller root
        return found, found / ratio


def _crossing(score: Callable[[float], float], seen: float, end: float, limit: float) -> float:
    """Where, from `seen` towards `end`, the score reaches the limit; the end itself where it does not."""
    inside, outside = seen, end
    if abs(score(end)) <= limit:
        return end
    while abs(outside - inside) > 1e-12 + 1e-9 * abs(inside):
        middle = (inside + outside) / 2
        if abs(score(middle)) <= limit:
            inside = middle
        else:
            outside = middle
    return inside
