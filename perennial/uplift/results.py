"""What a question about uplift gives back: plain values that print, store and compare."""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


class Verdict(StrEnum):
    """What to do with these customers."""

    PERSONALISE = "personalise"
    TREAT_EVERYONE = "treat_everyone"
    TREAT_NO_ONE = "treat_no_one"
    CANNOT_TELL = "cannot_tell"


class Segment(StrEnum):
    """The groups of uplift modelling. `ALIKE`: no differences were found, so there are no groups."""

    PERSUADABLES = "persuadables"
    SURE_THINGS = "sure_things"
    LOST_CAUSES = "lost_causes"
    DO_NOT_DISTURB = "do_not_disturb"
    ALIKE = "alike"


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def is_above_zero(self) -> bool:
        return self.low > 0

    @property
    def is_below_zero(self) -> bool:
        return self.high < 0


@dataclass(frozen=True)
class Arm:
    name: str
    rows: int
    mean: float


@dataclass(frozen=True)
class Balance:
    """Whether treatment can be told from the features beyond its given chances: it must not. `auc` is 0.5 by chance."""

    auc: float
    p_value: float
    sentence: str


@dataclass(frozen=True)
class Learner:
    """A candidate. `explained` on held-out rows (see `Calibration`), mean of the folds; chosen in so many of them."""

    name: str
    words: str
    explained: float
    standing: float
    chosen_in_folds: int


@dataclass(frozen=True)
class Tenth:
    """A tenth of the customers, the most uplift first: predicted against realised lift, per customer."""

    number: int
    customers: int
    predicted: float
    realised: Estimate


@dataclass(frozen=True)
class CurvePoint:
    """Treating the `share` with the most uplift gains so much per customer of all; `random`: as many at random."""

    share: float
    gain: Estimate
    random: float


@dataclass(frozen=True)
class Ranking:
    """How well customers are ordered by uplift. `auuc`: area under the curve of gains, `qini`: what it has above
    random's (outcome per customer). `beats_random`: the interval of `qini` is above zero.
    """

    auuc: Estimate
    auuc_random: float
    qini: Estimate
    beats_random: bool
    curve: tuple[CurvePoint, ...]


@dataclass(frozen=True)
class Policy:
    """Who is treated, and its value per customer net of costs, against treating no one."""

    name: str
    treated_share: float
    value: Estimate


@dataclass(frozen=True)
class Targeting:
    """The same share treated, by uplift and by highest risk: what each gains per customer, and the difference."""

    risk: str
    treated_share: float
    by_uplift: Estimate
    by_risk: Estimate
    difference: Estimate
    sentence: str


@dataclass(frozen=True)
class Group:
    """A segment: its customers and their realised lift. `is_supported`: may be published as an audience."""

    segment: Segment
    customers: int
    lift: Estimate | None
    is_supported: bool
    words: str


_TABLES = ("customers", "waiting")


@dataclass(frozen=True)
class UpliftReport:
    """The answer. `customers`: one row for each, `customer_id, uplift, low, high, segment, rank, tenth`; `waiting`: the
    same of customers whose outcome is not known yet.

    Values are per customer; `effect` and lifts in units of the outcome, `gain` and policies in money, net of costs.
    `gain`: of personal targeting over the better simple policy.
    """

    verdict: Verdict
    sentence: str
    outcome: str
    rows: int
    treated: Arm
    control: Arm
    effect: Estimate
    margin: float
    cost: float
    gain: Estimate
    policies: tuple[Policy, ...]
    ranking: Ranking
    tenths: tuple[Tenth, ...]
    groups: tuple[Group, ...]
    targeting: Targeting | None
    learners: tuple[Learner, ...]
    balance: Balance
    features: tuple[str, ...]
    notes: tuple[str, ...]
    customers: "pd.DataFrame"
    waiting: "pd.DataFrame"

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it: plain types, without the rows of customers."""
        return {part.name: _plain(getattr(self, part.name)) for part in fields(self) if part.name not in _TABLES}


def _plain(value: Any) -> Any:
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.value if isinstance(value, StrEnum) else value
