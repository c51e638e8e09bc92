"""The parts of an uplift report: plain values that print, store and compare. Intervals are at 95 %."""

from dataclasses import dataclass
from enum import StrEnum

from perennial import stages
from perennial.statistics import Interval


class UpliftVerdict(StrEnum):
    """What to do with these customers."""

    PERSONALISE = "personalise"
    TREAT_EVERYONE = "treat_everyone"
    TREAT_NO_ONE = "treat_no_one"
    CANNOT_TELL = "cannot_tell"


class UpliftSegment(StrEnum):
    """The segments of uplift modelling; `DO_NOT_DISTURB` are the sleeping dogs.

    The first two may be published as audiences. `ALIKE`: no differences were found, so there are no segments.
    """

    PERSUADABLES = stages.Segment.PERSUADABLES.value
    DO_NOT_DISTURB = stages.Segment.DO_NOT_DISTURB.value
    SURE_THINGS = "sure_things"
    LOST_CAUSES = "lost_causes"
    ALIKE = "alike"


@dataclass(frozen=True)
class ArmOutcome:
    """An arm of the trial, with its mean outcome."""

    name: str
    rows: int
    mean: float


@dataclass(frozen=True)
class Balance:
    """Whether the features predict treatment beyond its propensity, which they must not. `auc` is 0.5 by chance."""

    auc: float
    p_value: float
    sentence: str


@dataclass(frozen=True)
class Learner:
    """A candidate. `explained` and `t_statistic`, on held-out rows (see `EffectCalibration`), are means over folds.

    `chosen_in_folds`: in how many folds it was the best.
    """

    name: str
    description: str
    explained: float
    t_statistic: float
    chosen_in_folds: int


@dataclass(frozen=True)
class Decile:
    """A decile of the customers, 1 having the most uplift: predicted against realised lift, per customer."""

    number: int
    customers: int
    predicted: float
    realised: Interval


@dataclass(frozen=True)
class CurvePoint:
    """Treating the `share` with the most uplift gains so much per customer of all; `random`: as many at random."""

    share: float
    gain: Interval
    random: float


@dataclass(frozen=True)
class Ranking:
    """How well customers are ranked by uplift. `auuc`: area under the curve of gains, `qini`: its excess over a random
    ranking's (outcome per customer). `beats_random`: the interval of `qini` is above zero.
    """

    auuc: Interval
    auuc_random: float
    qini: Interval
    beats_random: bool
    curve: tuple[CurvePoint, ...]


@dataclass(frozen=True)
class Policy:
    """Who is treated, and its value per customer net of costs, against treating no one."""

    name: str
    treated_share: float
    value: Interval


@dataclass(frozen=True)
class Targeting:
    """The same share treated, by uplift and by highest risk: what each gains per customer, and the difference."""

    risk: str
    treated_share: float
    by_uplift: Interval
    by_risk: Interval
    difference: Interval
    sentence: str


@dataclass(frozen=True)
class SegmentLift:
    """A segment: its customers and their realised lift. `is_supported`: may be published as an audience."""

    segment: UpliftSegment
    customers: int
    lift: Interval | None
    is_supported: bool
    description: str
