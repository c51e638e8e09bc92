"""The uplift report: everything that was found about a trial."""

from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from perennial.statistics import Interval
from perennial.uplift.results import (
    ArmOutcome,
    Balance,
    Decile,
    Learner,
    Policy,
    Ranking,
    SegmentLift,
    Targeting,
    UpliftVerdict,
)

if TYPE_CHECKING:
    import pandas as pd

_TABLES = ("customers", "pending")


@dataclass(frozen=True)
class UpliftReport:
    """What was found. `customers`: one row for each, `customer_id, uplift, low, high, segment, rank, decile`;
    `pending`: the same of customers without an outcome yet.

    Values are per customer; `effect` and lifts in units of the outcome, `gain` and policies in money, net of costs.
    `gain`: of personal targeting over the better simple policy.
    """

    verdict: UpliftVerdict
    sentence: str
    outcome: str
    rows: int
    treated: ArmOutcome
    control: ArmOutcome
    effect: Interval
    margin: float
    cost: float
    gain: Interval
    policies: tuple[Policy, ...]
    ranking: Ranking
    deciles: tuple[Decile, ...]
    groups: tuple[SegmentLift, ...]
    targeting: Targeting | None
    learners: tuple[Learner, ...]
    balance: Balance
    features: tuple[str, ...]
    notes: tuple[str, ...]
    customers: "pd.DataFrame"
    pending: "pd.DataFrame"

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it: plain types, without the rows of customers; former keys too, until 0.3.0."""
        values = {part.name: _plain(getattr(self, part.name)) for part in fields(self) if part.name not in _TABLES}
        return _with_former_keys(UpliftReport, values)


_FORMER_KEYS: dict[type, dict[str, str]] = {
    Interval: {"estimate": "value"},
    Learner: {"description": "words", "t_statistic": "standing"},
    SegmentLift: {"description": "words"},
    UpliftReport: {"deciles": "tenths"},
}


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        values = {part.name: _plain(getattr(value, part.name)) for part in fields(value)}
        return _with_former_keys(type(value), values)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.value if isinstance(value, StrEnum) else value


def _with_former_keys(kind: type, values: dict[str, Any]) -> dict[str, Any]:
    former = _FORMER_KEYS.get(kind, {})
    return values | {old: values[new] for new, old in former.items()}
