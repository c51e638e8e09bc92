"""An estimate and the interval around it: the one type of interval that every package gives and takes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Interval:
    """A point estimate with the limits of its confidence interval, all three in the estimate's own unit.

    The confidence level is 95 % unless the function that returns it says otherwise. Limits may be infinite.
    """

    estimate: float
    low: float
    high: float

    @property
    def width(self) -> float:
        return self.high - self.low

    @property
    def is_above_zero(self) -> bool:
        return self.low > 0

    @property
    def is_below_zero(self) -> bool:
        return self.high < 0

    def contains(self, value: float) -> bool:
        """Whether `value` lies between the limits, both included."""
        return self.low <= value <= self.high
