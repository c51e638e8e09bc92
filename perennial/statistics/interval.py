"""An estimate and the interval around it: the one type of interval that every package gives and takes."""

from dataclasses import dataclass

import numpy as np

from perennial.statistics.arrays import Floats

CONFIDENCE = 0.95
"""The confidence level of every interval whose function does not say otherwise."""


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

    def describe(self, number_format: str) -> str:
        """As part of a sentence, such as `+1.2% (between -0.3% and +2.7%)` in the format `+.1%`."""
        estimate, low, high = (format(number, number_format) for number in (self.estimate, self.low, self.high))
        return f"{estimate} (between {low} and {high})"


def t_interval(values: Floats) -> Interval:
    """The mean of independent `values` (n,), in their unit, with Student's 95 % interval.

    Infinitely wide for fewer than two values; the estimate of none is nan.
    """
    from scipy.stats import t

    count = len(values)
    if count < 2:  # noqa: PLR2004 - a variance takes two
        return Interval(float(values.mean()) if count else float("nan"), -np.inf, np.inf)
    mean, standard_error = float(values.mean()), float(values.std(ddof=1) / np.sqrt(count))
    half_width = float(t.ppf((1 + CONFIDENCE) / 2, count - 1)) * standard_error
    return Interval(mean, mean - half_width, mean + half_width)
