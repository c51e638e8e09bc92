"""Before the start: how many customers, how many days, and the smallest lift that can be found with those at hand."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from math import ceil, sqrt
from typing import Any

from perennial.experimentation.critical_values import TUNED_AT, Bounds
from perennial.experimentation.errors import ExperimentInputError

MOST_UNITS = 1e15


@dataclass(frozen=True)
class Plan:
    """What an experiment needs, or can find. `units` is of both arms together."""

    baseline: float
    lift: float
    units: int
    units_control: int
    units_treatment: int
    days: int | None
    units_per_day: float | None
    power: float
    alpha: float
    is_sequential: bool

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Design:
    """A planned comparison of two arms. Without `deviation`, the metric is a rate, whose spread its mean tells."""

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
                raise ExperimentInputError(f"The {name} must lie between 0 and 1, not {value:g}")
        if self.baseline <= 0 or (self.deviation is None and self.baseline >= 1):
            raise ExperimentInputError(
                f"A baseline of {self.baseline:g} is no rate between 0 and 1. For a mean, give its standard deviation"
            )
        if self.deviation is not None and self.deviation <= 0:
            raise ExperimentInputError("The standard deviation must be above 0")
        if not -1 < self.covariate_correlation < 1:
            raise ExperimentInputError("The correlation with the covariate must lie between -1 and 1")

    @property
    def bounds(self) -> Bounds:
        return Bounds(self.alpha, self.is_sequential, self.tuned_at)

    def unit_variance(self, lift: float) -> float:
        """The variance of the difference of means, times the units of both arms."""
        control, treatment = self._variance(self.baseline), self._variance(self.baseline * (1 + lift))
        whole = control / self.control_share + treatment / (1 - self.control_share)
        return whole * (1 - self.covariate_correlation**2)

    def _variance(self, mean: float) -> float:
        return self.deviation**2 if self.deviation is not None else mean * (1 - mean)

    def highest_lift(self) -> float:
        return 1e6 if self.deviation is not None else 1 / self.baseline - 1


def power(
    baseline: float,
    lift: float | None = None,
    *,
    units: int | None = None,
    days: int | None = None,
    units_per_day: float | None = None,
    deviation: float | None = None,
    control_share: float = 0.5,
    alpha: float = 0.05,
    power: float = 0.8,
    is_sequential: bool = False,
    covariate_correlation: float = 0.0,
) -> Plan:
    """The units needed to find `lift` (relative, 0.05 is 5 %) with this power; or, given units, the smallest such lift.

    `baseline` is the control's mean; a rate needs nothing else, a mean its standard `deviation` between customers. A
    covariate that correlates with the metric saves the square of the correlation. Sequential: the power to have found
    it by then, looking whenever one likes. Raises ExperimentInputError for a question that has no answer.
    """
    design = Design(
        baseline,
        deviation,
        control_share,
        alpha,
        power,
        is_sequential,
        covariate_correlation=covariate_correlation,
    )
    if units is None and days is not None and units_per_day is not None:
        units = int(days * units_per_day)
    if (lift is None) == (units is None):
        raise ExperimentInputError(
            "Give either the lift to find, or the units at hand (or days and units per day) to learn what they can find"
        )
    if lift is not None:
        return _plan(design, lift, _units_for(design, lift), units_per_day)
    return _plan(design, smallest_lift(design, int(units or 0)), int(units or 0), units_per_day)


def _plan(design: Design, lift: float, units: int, units_per_day: float | None) -> Plan:
    if units_per_day is not None and units_per_day <= 0:
        raise ExperimentInputError("Units per day must be above 0")
    control = round(units * design.control_share)
    days = ceil(units / units_per_day) if units_per_day else None
    return Plan(
        design.baseline,
        lift,
        units,
        control,
        units - control,
        days,
        units_per_day,
        design.power,
        design.alpha,
        design.is_sequential,
    )


def _units_for(design: Design, lift: float) -> int:
    if lift == 0 or not -1 <= lift <= design.highest_lift():
        raise ExperimentInputError(
            f"A lift of {lift:.4g} on a baseline of {design.baseline:g} cannot be: give it as a share, 0.05 for 5 %"
        )
    wanted = abs(lift) * design.baseline
    return units_needed(design.bounds, design.unit_variance(lift), wanted, design.power)


def units_needed(
    bounds: Bounds, unit_variance: float, difference: float, power: float, alpha: float | None = None
) -> int:
    """Units of all arms to find a true `difference` with this power; its variance is `unit_variance` / units."""
    from scipy import stats

    reserve = float(stats.norm.ppf(power))

    def shortfall(units: float) -> float:
        return (bounds.multiplier(units, alpha=alpha) + reserve) * sqrt(unit_variance / units) - difference

    return ceil(_first_below_zero(shortfall))


def smallest_lift(design: Design, units: int) -> float:
    """The smallest increase that so many units find with the design's power (the minimum detectable effect)."""
    from scipy import optimize, stats

    if units < 4:  # noqa: PLR2004 - two in each arm
        raise ExperimentInputError(f"{units} units are too few for two arms")
    errors = design.bounds.multiplier(units) + float(stats.norm.ppf(design.power))

    def excess(lift: float) -> float:
        return lift * design.baseline - errors * sqrt(design.unit_variance(lift) / units)

    highest = design.highest_lift()
    if excess(highest) < 0:
        raise ExperimentInputError(f"With {units:,} units no lift can be found on a baseline of {design.baseline:g}")
    return float(optimize.brentq(excess, 0.0, highest, xtol=1e-12))


def _first_below_zero(shortfall: Callable[[float], float]) -> float:
    low, high = 2.0, 4.0
    while shortfall(high) > 0 and high < MOST_UNITS:
        low, high = high, high * 2
    while high - low > max(0.5, 1e-6 * low):
        middle = (low + high) / 2
        low, high = (middle, high) if shortfall(middle) > 0 else (low, middle)
    return high
