"""Sample sizes: the units that find a difference with a given power, and the smallest lift that so many units find."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, sqrt

from perennial.experimentation.critical_values import TUNED_AT, IntervalMethod
from perennial.tabular import InputError

MOST_UNITS = 1e15


@dataclass(frozen=True)
class Design:
    """A planned comparison of two arms. Without `deviation`, the metric is a rate, whose variance follows its mean."""

    baseline: float
    deviation: float | None = None
    control_share: float = 0.5
    alpha: float = 0.05
    power: float = 0.8
    is_sequential: bool = False
    tuned_at: int = TUNED_AT
    covariate_correlation: float = 0.0

    def __post_init__(self) -> None:
        for name, value in (("control share", self.control_share), ("alpha", self.alpha), ("power", self.power)):
            if not 0 < value < 1:
                raise InputError(f"The {name} must lie between 0 and 1, not {value:g}")
        if self.baseline <= 0 or (self.deviation is None and self.baseline >= 1):
            raise InputError(
                f"A baseline of {self.baseline:g} is no rate between 0 and 1. For a mean, give its standard deviation"
            )
        if self.deviation is not None and self.deviation <= 0:
            raise InputError("The standard deviation must be above 0")
        if not -1 < self.covariate_correlation < 1:
            raise InputError("The correlation with the covariate must lie between -1 and 1")

    @property
    def method(self) -> IntervalMethod:
        return IntervalMethod(self.alpha, self.is_sequential, self.tuned_at)

    def unit_variance(self, lift: float) -> float:
        """The variance of the difference of means, times the units of both arms."""
        control, treatment = self._variance(self.baseline), self._variance(self.baseline * (1 + lift))
        total = control / self.control_share + treatment / (1 - self.control_share)
        return total * (1 - self.covariate_correlation**2)

    def _variance(self, mean: float) -> float:
        return self.deviation**2 if self.deviation is not None else mean * (1 - mean)

    def highest_lift(self) -> float:
        """The lift that makes a rate 1; no bound that matters for a mean."""
        return 1e6 if self.deviation is not None else 1 / self.baseline - 1


def units_needed(
    method: IntervalMethod, unit_variance: float, difference: float, power: float, alpha: float | None = None
) -> int:
    """Units of all arms that find a true `difference` with this power; its variance is `unit_variance` / units."""
    from scipy import stats

    power_quantile = float(stats.norm.ppf(power))

    def shortfall(units: float) -> float:
        return (method.critical_value(units, alpha=alpha) + power_quantile) * sqrt(unit_variance / units) - difference

    return ceil(_first_below_zero(shortfall))


def smallest_lift(design: Design, units: int) -> float:
    """The minimum detectable effect: the smallest relative increase that so many units find with the design's power.

    Raises InputError where there is none.
    """
    from scipy import optimize, stats

    if units < 4:  # noqa: PLR2004 - two in each arm
        raise InputError(f"{units} units are too few for two arms")
    errors = design.method.critical_value(units) + float(stats.norm.ppf(design.power))

    def excess(lift: float) -> float:
        return lift * design.baseline - errors * sqrt(design.unit_variance(lift) / units)

    highest = design.highest_lift()
    if excess(highest) < 0:
        raise InputError(f"With {units:,} units no lift can be found on a baseline of {design.baseline:g}")
    return float(optimize.brentq(excess, 0.0, highest, xtol=1e-12))


def _first_below_zero(shortfall: Callable[[float], float]) -> float:
    low, high = 2.0, 4.0
    while shortfall(high) > 0 and high < MOST_UNITS:
        low, high = high, high * 2
    while high - low > max(0.5, 1e-6 * low):
        middle = (low + high) / 2
        low, high = (middle, high) if shortfall(middle) > 0 else (low, middle)
    return high
