"""The effect on a mean: from a contrast to difference and relative lift, each with error, interval and p-value."""

from dataclasses import dataclass
from math import copysign, sqrt

from perennial.experimentation.contrasts import Contrast
from perennial.experimentation.critical_values import IntervalMethod
from perennial.experimentation.skewness import correct_skewness, invert_skewness_correction
from perennial.statistics import Interval


@dataclass(frozen=True)
class MeanEffect:
    """The effect on a mean or a ratio. `lift` and its fields are None where the control's mean is not above zero."""

    contrast: Contrast
    method: IntervalMethod

    @property
    def standard_error(self) -> float:
        return sqrt(self.contrast.variance)

    def _critical_values(self, alpha: float | None = None) -> tuple[float, float]:
        """Low and high, between which the difference less its true value lies, in standard errors."""
        value = self.method.critical_value(self.contrast.units, self.contrast.degrees_of_freedom, alpha)
        return invert_skewness_correction(-value, self._skewness), invert_skewness_correction(value, self._skewness)

    @property
    def _skewness(self) -> float:
        # Anytime-valid intervals are wide enough without a correction.
        return 0.0 if self.method.is_sequential else self.contrast.skewness

    def interval(self, alpha: float | None = None) -> Interval:
        """Of the difference, at level 1 - alpha."""
        low, high = self._critical_values(alpha)
        difference, error = self.contrast.difference, self.standard_error
        return Interval(difference, difference - high * error, difference - low * error)

    @property
    def p_value(self) -> float:
        difference, error = self.contrast.difference, self.standard_error
        if not error:
            return 0.0 if difference else 1.0
        statistic = correct_skewness(difference / error, self._skewness)
        return self.method.p_value(statistic, self.contrast.units, self.contrast.degrees_of_freedom)

    @property
    def lift(self) -> float | None:
        return self.contrast.difference / self.contrast.control if self.contrast.control > 0 else None

    @property
    def lift_standard_error(self) -> float | None:
        """By the delta method."""
        lift, means = self.lift, self.contrast
        if lift is None:
            return None
        ratio = lift + 1
        variance = means.variance_treatment - 2 * ratio * means.covariance + ratio**2 * means.variance_control
        return sqrt(max(0.0, variance)) / means.control

    @property
    def lift_interval(self) -> Interval | None:
        """Fieller's (1954, Some problems in interval estimation): all ratios that the two means do not contradict.

        The delta method's would be symmetric around a quantity that is not, and too short where the control is small.
        """
        if self.lift is None:
            return None
        low, high = self._critical_values()
        ends = self._ratio_at(high), self._ratio_at(low)
        return Interval(self.lift, ends[0] - 1, ends[1] - 1) if ends[0] is not None and ends[1] is not None else None

    def _ratio_at(self, critical_value: float) -> float | None:
        """The ratio from which the means are so many standard errors away; None where there is no such."""
        means, square = self.contrast, critical_value**2
        below = means.control**2 - square * means.variance_control
        if below <= 0:
            return None
        middle = means.treatment * means.control - square * means.covariance
        end = means.treatment**2 - square * means.variance_treatment
        root = sqrt(max(0.0, middle**2 - below * end))
        return (middle - copysign(root, critical_value)) / below
