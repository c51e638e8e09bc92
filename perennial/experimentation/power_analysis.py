"""Before the start: how many customers and days a lift needs, and the smallest lift that those available can find."""

from dataclasses import asdict, dataclass
from math import ceil
from typing import Any

from perennial.experimentation.sample_size import Design, smallest_lift, units_needed
from perennial.tabular import InputError


@dataclass(frozen=True)
class Plan:
    """What an experiment needs, or can find. `units` is of both arms together; `lift` is relative, 0.05 is 5 %."""

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
    it by then, looking at any time. Raises InputError for a question that has no answer.
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
        raise InputError(
            "Give either the lift to find, or the units available (or days and units per day) for the smallest lift"
        )
    if lift is not None:
        return _plan(design, lift, _units_for(design, lift), units_per_day)
    return _plan(design, smallest_lift(design, int(units or 0)), int(units or 0), units_per_day)


def _plan(design: Design, lift: float, units: int, units_per_day: float | None) -> Plan:
    if units_per_day is not None and units_per_day <= 0:
        raise InputError("Units per day must be above 0")
    control = round(units * design.control_share)
    return Plan(
        baseline=design.baseline,
        lift=lift,
        units=units,
        units_control=control,
        units_treatment=units - control,
        days=ceil(units / units_per_day) if units_per_day else None,
        units_per_day=units_per_day,
        power=design.power,
        alpha=design.alpha,
        is_sequential=design.is_sequential,
    )


def _units_for(design: Design, lift: float) -> int:
    if lift == 0 or not -1 <= lift <= design.highest_lift():
        raise InputError(
            f"A lift of {lift:.4g} on a baseline of {design.baseline:g} cannot be: give it as a share, 0.05 for 5 %"
        )
    difference = abs(lift) * design.baseline
    return units_needed(design.method, design.unit_variance(lift), difference, design.power)
