"""From a contrast to what is said of it: difference and relative lift, each with error, interval and p-value."""

from dataclasses import dataclass
from math import copysign, sqrt

from perennial.experimentation.contrasts import Contrast
from perennial.experimentation.critical_values import Bounds
from perennial.experimentation.results import Interval
from perennial.experimentation.skewness import bend, straighten


@dataclass(frozen=True)
class Measured:
    """A contrast under a rule of bounds. `lift` and its fields are None where the control's mean may be zero."""

    contrast: Contrast
    bounds: Bounds

    @property
    def standard_error(self) -> float:
        return sqrt(self.contrast.variance)

    def _limits(self, alpha: float | None = None) -> tuple[float, float]:
        """Between these the difference less its true value lies, in standard errors."""
        multiplier = self.bounds.multiplier(self.contrast.units, self.contrast.freedom, alpha)
        return bend(-multiplier, self._asymmetry), bend(multiplier, self._asymmetry)

    @property
    def _asymmetry(self) -> float:
        # Anytime intervals are wide enough as they are.
        return 0.0 if self.bounds.is_sequential else self.contrast.asymmetry

    def interval(self, alpha: float | None = None) -> Interval:
        low, high = self._limits(alpha)
        difference, error = self.contrast.difference, self.standard_error
        return Interval(difference - high * error, difference - low * error)

    @property
    def p_value(self) -> float:
        difference, error = self.contrast.difference, self.standard_error
        if not error:
            return 0.0 if difference else 1.0
        statistic = straighten(difference / error, self._asymmetry)
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
        if self.contrast.control <= 0:
            return None
        low, high = self._limits()
        ends = self._ratio_at(high), self._ratio_at(low)
        return Interval(ends[0] - 1, ends[1] - 1) if ends[0] is not None and ends[1] is not None else None

    def _ratio_at(self, limit: float) -> float | None:
        """The ratio from which the means are `limit` standard errors away; None where there is no such."""
        told, square = self.contrast, limit**2
        below = told.control**2 - square * told.variance_control
        if below <= 0:
            return None
        middle = told.treatment * told.control - square * told.covariance
        end = told.treatment**2 - square * told.variance_treatment
        root = sqrt(max(0.0, middle**2 - below * end))
        return (middle - copysign(root, limit)) / below
