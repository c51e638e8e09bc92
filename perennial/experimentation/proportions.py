"""The effect on a rate, by the score test: valid also for a small holdout with a handful of buyers.

The usual standard error of a rate is zero where nobody bought, and far too small where few did. The score test takes
the error that the rates would have if the hypothesis were true (Miettinen & Nurminen 1985, Comparative analysis of two
rates; the constrained estimates in closed form by Farrington & Manning 1990). An interval holds all hypotheses not
rejected. Covariates (CUPED) narrow the score's error as much as they narrow the usual one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import acos, copysign, cos, inf, pi, sqrt

from perennial.experimentation.contrasts import Contrast
from perennial.experimentation.critical_values import IntervalMethod
from perennial.statistics import Interval

LARGEST_RATIO = 1e6
_TOLERANCE = 1e-10


@dataclass(frozen=True)
class RateEffect:
    """The effect on a rate, with the units of each arm. `lift` and its fields are None where the control's is zero."""

    contrast: Contrast
    method: IntervalMethod
    count_treatment: int
    count_control: int

    @property
    def standard_error(self) -> float:
        return sqrt(self.contrast.variance)

    @property
    def p_value(self) -> float:
        return self.method.p_value(self._difference_score(0.0), self.contrast.units)

    def interval(self, alpha: float | None = None) -> Interval:
        """Of the difference, at level 1 - alpha."""
        critical_value = self.method.critical_value(self.contrast.units, alpha=alpha)
        difference = self.contrast.difference
        low = _crossing(self._difference_score, difference, -1.0, critical_value)
        high = _crossing(self._difference_score, difference, 1.0, critical_value)
        return Interval(difference, low, high)

    @property
    def lift(self) -> float | None:
        return self.contrast.difference / self.contrast.control if self.contrast.control > 0 else None

    @property
    def lift_standard_error(self) -> float | None:
        """By the delta method."""
        if self.lift is None:
            return None
        variance = self.contrast.variance_treatment + (self.lift + 1) ** 2 * self.contrast.variance_control
        return sqrt(max(variance, 0.0)) / self.contrast.control

    @property
    def lift_interval(self) -> Interval | None:
        """All lifts that the score test does not reject; None where it rejects none upwards."""
        if self.lift is None:
            return None
        critical_value = self.method.critical_value(self.contrast.units)
        ratio = self.contrast.treatment / self.contrast.control
        if abs(self._ratio_score(LARGEST_RATIO)) < critical_value:
            return None
        low = _crossing(self._ratio_score, ratio, 0.0, critical_value)
        high = _crossing(self._ratio_score, ratio, LARGEST_RATIO, critical_value)
        return Interval(self.lift, low - 1, high - 1)

    def _difference_score(self, difference: float) -> float:
        treatment, control = self._rates_at_difference(difference)
        return self._score(self.contrast.difference - difference, treatment, control, 1.0)

    def _ratio_score(self, ratio: float) -> float:
        treatment, control = self._rates_at_ratio(ratio)
        return self._score(self.contrast.treatment - ratio * self.contrast.control, treatment, control, ratio)

    def _score(self, distance: float, treatment: float, control: float, ratio: float) -> float:
        """The distance from the hypothesis over the error that it would have there, with the factor N / (N - 1)."""
        units = self.count_treatment + self.count_control
        variance = treatment * (1 - treatment) / self.count_treatment
        variance += ratio**2 * control * (1 - control) / self.count_control
        error = sqrt(max(variance, 0.0) * units / (units - 1))
        error *= sqrt(1 - self.contrast.variance_reduction)
        if error < _TOLERANCE * (1 + ratio):
            return 0.0 if abs(distance) < _TOLERANCE * (1 + ratio) else copysign(inf, distance)
        return distance / error

    def _observed_rates(self) -> tuple[float, float]:
        # Covariates can move the rate of a small arm out of its bounds.
        return min(1.0, max(0.0, self.contrast.treatment)), min(1.0, max(0.0, self.contrast.control))

    def _rates_at_difference(self, difference: float) -> tuple[float, float]:
        """The maximum likelihood estimates with this difference: the middle root of a cubic (equations 27 and 28)."""
        weight = self.count_control / self.count_treatment
        treatment, control = self._observed_rates()
        cubic = 1 + weight
        square = -(1 + weight + treatment + weight * control + difference * (weight + 2))
        linear = difference**2 + difference * (2 * treatment + weight + 1) + treatment + weight * control
        constant = -treatment * difference * (1 + difference)
        q = square**3 / (3 * cubic) ** 3 - square * linear / (6 * cubic**2) + constant / (2 * cubic)
        p = sqrt(max(square**2 / (3 * cubic) ** 2 - linear / (3 * cubic), 0.0))
        if p < _TOLERANCE:
            estimate = -square / (3 * cubic)
        else:
            p = copysign(p, q)
            angle = (pi + acos(min(1.0, max(-1.0, q / p**3)))) / 3
            estimate = 2 * p * cos(angle) - square / (3 * cubic)
        estimate = min(1.0, max(0.0, estimate, difference), 1.0 + difference)
        return estimate, min(1.0, max(0.0, estimate - difference))

    def _rates_at_ratio(self, ratio: float) -> tuple[float, float]:
        """The maximum likelihood estimates with this ratio, treatment over control: a root of a quadratic."""
        if ratio == 0:
            return 0.0, self._observed_rates()[1]
        weight = self.count_control / self.count_treatment
        treatment, control = self._observed_rates()
        linear = -(ratio * (1 + weight * control) + weight + treatment)
        constant = ratio * (treatment + weight * control)
        root = sqrt(max(linear**2 - 4 * (1 + weight) * constant, 0.0))
        estimate = min(1.0, ratio, 2 * constant / (-linear + root))  # the stable form of the smaller root
        return estimate, estimate / ratio


def _crossing(score: Callable[[float], float], observed: float, end: float, critical_value: float) -> float:
    """Where, from `observed` towards `end`, the score reaches the critical value; the end itself where it does not."""
    inside, outside = observed, end
    if abs(score(end)) <= critical_value:
        return end
    while abs(outside - inside) > 1e-12 + 1e-9 * abs(inside):
        middle = (inside + outside) / 2
        if abs(score(middle)) <= critical_value:
            inside = middle
        else:
            outside = middle
    return inside
