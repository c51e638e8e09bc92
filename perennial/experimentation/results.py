"""The results of an analysis: for every metric and treatment arm, how much, how certain, and what to conclude."""

from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from perennial.experimentation.metrics import MetricKind
from perennial.statistics import Interval


class LiftVerdict(StrEnum):
    """What can be concluded from a comparison, corrected for all comparisons of the analysis."""

    HIGHER = "higher"
    LOWER = "lower"
    NO_RELEVANT_DIFFERENCE = "no relevant difference"
    CANNOT_TELL_YET = "cannot tell yet"


@dataclass(frozen=True)
class Comparison:
    """One metric in one treatment arm against the control.

    The means are adjusted where there are covariates. `lift` is relative to the control's mean (0.05 is 5 % more); its
    interval is Fieller's or, for a rate, the score test's, and None where the control's mean cannot be distinguished
    from zero. `interval`, of the difference, contains the truth in 1 - alpha of all analyses; the
    `simultaneous_interval`s of all comparisons contain all true differences together (Bonferroni). `p_adjusted` is
    Holm's. `variance_reduction` is the share of the variance that the covariates took away.
    """

    metric: str
    kind: MetricKind
    treatment: str
    control: str
    treatment_mean: float
    control_mean: float
    difference: float
    standard_error: float
    interval: Interval
    simultaneous_interval: Interval
    lift: float | None
    lift_standard_error: float | None
    lift_interval: Interval | None
    p_value: float
    p_adjusted: float
    independent_units: int
    unadjusted_difference: float
    variance_reduction: float | None
    verdict: LiftVerdict
    more_units: int | None
    more_days: int | None
    sentence: str


@dataclass(frozen=True)
class ArmSize:
    """How many units an arm has, their rows, and the share that was expected."""

    name: str
    units: int
    rows: int
    expected_share: float


@dataclass(frozen=True)
class SampleRatio:
    """Whether the arms are as large as they should be. If not, the assignment or its record is broken."""

    p_value: float
    is_mismatch: bool
    sentence: str


@dataclass(frozen=True)
class Look:
    """One comparison as it stood at the end of a day."""

    on: date
    metric: str
    treatment: str
    units: int
    difference: float
    interval: Interval
    lift: float | None
    lift_interval: Interval | None
    p_value: float


@dataclass(frozen=True)
class Analysis:
    """All results. `looks` is the interval over time, where a time column was given."""

    control: str
    arms: tuple[ArmSize, ...]
    comparisons: tuple[Comparison, ...]
    sample_ratio: SampleRatio
    alpha: float
    is_sequential: bool
    unit_of_analysis: str
    units_per_day: float | None
    notes: tuple[str, ...]
    looks: tuple[Look, ...]

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it: plain types, days in ISO form."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain

    def find(self, metric: str, treatment: str | None = None) -> Comparison:
        """The comparison of a metric; with several treatment arms, of that arm. Raises LookupError."""
        for found in self.comparisons:
            if found.metric == metric and treatment in {None, found.treatment}:
                return found
        raise LookupError(f"There is no comparison of {metric!r} in arm {treatment!r}")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, StrEnum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value
