"""From a contrast to what is said of it: difference and relative lift, each with error, interval and p-value."""

from dataclasses import dataclass
from math import inf, sqrt

from perennial.experimentation.bounds import Bounds
from perennial.experimentation.contrasts import Contrast
from perennial.experimentation.results import Interval


@dataclass(frozen=True)
class Measured:
    """A contrast under a rule of bounds. `lift` and its fields are None where the control's mean may be zero."""

    contrast: Contrast
    bounds: Bounds

    @property
    def standard_error(self) -> float:
        return sqrt(self.contrast.variance)

    def multiplier(self, alpha: float | None = None) -> float:
        return self.bounds.multiplier(self.contrast.units, self.contrast.freedom, alpha)

    def interval(self, alpha: float | None = None) -> Interval:
        half = self.multiplier(alpha) * self.standard_error
        return Interval(self.contrast.difference - half, self.contrast.difference + half)

    @property
    def p_value(self) -> float:
        error = self.standard_error
        statistic = self.contrast.difference / error if error else inf if self.contrast.difference else 0.0
        return self.bounds.p_value(statistic, self.contrast.units, self.contrast.freedom)

    @property
    def lift(self) -> float | None:
        return self.contrast.difference / self.contrast.control if self.contrast.control > 0 else None

    @property
    def lift_standard_error(self) -> float | None:
        """By the delta method."""
        lift, told = self.lift, self.contrast
        if lift is None:
            return None
        ratio = lift + 1
        spread = told.variance_treatment - 2 * ratio * told.covariance + ratio**2 * told.variance_control
        return sqrt(max(0.0, spread)) / told.control

    @property
    def lift_interval(self) -> Interval | None:
        """Fieller's (1954): all ratios that the two means do not contradict. The delta method's would be symmetric
        around a quantity that is not, and too short where the control is small.
        """
        told, square = self.contrast, self.multiplier() ** 2
        below = told.control**2 - square * told.variance_control
        if told.control <= 0 or below <= 0:
            return None
        middle = told.treatment * told.control - square * told.covariance
        end = told.treatment**2 - square * told.variance_treatment
        root = sqrt(max(0.0, middle**2 - below * end))
        return Interval((middle - root) / below - 1, (middle + root) / below - 1)
