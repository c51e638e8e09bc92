"""The settings of a market, each with its unit; shares and probabilities run from 0 to 1.

The defaults of `Demand` and of the coupons are set so that order gaps, repeat rates and redemption rates resemble
Complete Journey's (`perennial simulate --compare complete-journey` shows both, side by side).
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self

# Cities' zones on both sides of the equator: their clocks change on different days, or never.
TIME_ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "Europe/London",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Pacific/Auckland",
)


class Effects(StrEnum):
    """How effects of messages are distributed over customers."""

    MIXED = "mixed"
    CONSTANT = "constant"


@dataclass(frozen=True)
class Demand:
    """Who buys how often, and for how much, without messages."""

    orders_per_day: float = 0.167
    """The mean customer's orders per day while active."""
    rate_shape: float = 1.25
    """Shape of the Gamma distribution of customers' rates."""
    drift: float = 0.35
    """The largest amplitude of a customer's own slow wave in the log rate."""
    drift_days: tuple[float, float] = (120.0, 500.0)
    """The shortest and the longest period of that wave, days."""
    lapse_per_order: float = 0.006
    """Mean probability to lapse after an order; customers differ (Beta distribution)."""
    lapse_concentration: float = 2.0
    """Concentration of that Beta distribution, a + b."""
    lapse_after_first: float = 0.25
    """Probability to lapse after the first order."""
    lapsed_rate: float = 0.07
    """Share of the own rate that a lapsed customer keeps."""
    return_share: float = 0.6
    """Probability that an order of a lapsed customer is a return to the own rate."""
    lapsed_at_start: float = 0.08
    """Share of customers who have lapsed before the first day."""
    prospects: float = 0.08
    """Share of customers who have never ordered before the first day."""
    prospect_rate: float = 0.15
    """Share of the own rate at which a prospect places the first order."""
    joining: float = 0.20
    """Share of customers who join after the first day."""
    joining_days: int = 730
    """They join uniformly over so many days."""
    basket: float = 29.0
    """Mean order value, dollars."""
    basket_log_sd: float = 0.45
    """Between customers: standard deviation of the log order value."""
    order_log_sd: float = 0.65
    """Between orders of a customer: standard deviation of the log order value."""
    season: float = 0.10
    """Amplitude of the year's wave in demand; its peak is in December."""
    weekdays: tuple[float, ...] = (0.97, 0.93, 0.92, 0.93, 0.98, 1.13, 1.14)
    """Demand from Monday to Sunday, relative to the mean day."""
    visits_per_order: float = 1.0
    """Expected product pages viewed, per expected order."""


@dataclass(frozen=True)
class Response:
    """What a message does to a customer."""

    effects: Effects = Effects.MIXED
    """Mixed: persuadables, sure things, lost causes and sleeping dogs. Constant: the same for everyone."""
    constant_effect: float = 4.0
    """Expected revenue that each message adds over all later days when effects are constant, dollars."""
    strength: float = 1.0
    """Factor on every individual effect; 0: messages have no effect on demand."""
    half_life_days: float = 4.0
    """An effect on demand halves in so many days."""
    seen_logit: float = -0.3
    """Log odds that the median customer sees an e-mail of average appeal."""
    interactions: float = 0.6
    """Weight of interactions: channel with creative, channel with hour of the week."""
    fatigue_half_life_days: float = 9.0
    """Fatigue halves in so many days without a message."""
    fatigue: float = 0.20
    """By how much each message not yet forgotten lowers the log odds that the next one is seen."""
    unsubscribe: float = 0.004
    """Probability to unsubscribe on seeing a message, without fatigue; fatigue and sleeping dogs multiply it."""
    goodwill_lost: float = 0.20
    """Share of demand that unsubscribing costs for good."""
    sleeping_dogs_lapse: float = 0.06
    """Probability that a sleeping dog who sees a message lapses."""
    persuadables_return: float = 0.15
    """Probability that a lapsed persuadable who sees a message returns."""
    coupon_days: int = 7
    """An incentive can be redeemed for so many days."""
    redemption: float = 0.18
    """Probability that an order of the median customer redeems an incentive that was seen."""


@dataclass(frozen=True)
class MarketShift:
    """A change of customers on one day: what worked before works less."""

    day: int | None = None
    """Day of the market, from 0; None: never."""
    demand: float = 0.85
    """Factor on everyone's demand from that day on."""
    creatives: int = 1
    """Tastes shift by so many creatives."""


@dataclass(frozen=True)
class Mess:
    """What is wrong with real data; each at 0 is absent."""

    late: float = 0.02
    """Share of events that arrive hours or days late."""
    late_days: float = 7.0
    """The longest delay, days."""
    duplicated: float = 0.01
    """Share of events that arrive twice, with the same message id."""
    out_of_order: float = 0.02
    """Share of events that overtake others in the file, by minutes."""
    clock_skew: float = 0.03
    """Share of customers whose device's clock is wrong, by up to a day."""
    bots: float = 0.002
    """Automatic visitors, as a share of customers."""
    bot_views: float = 15.0
    """Product pages that a bot looks at, per day."""
    machine_opens: float = 0.30
    """Share of customers whose mail program opens every e-mail by itself."""
    shared_emails: float = 0.03
    """Share of customers who use the e-mail address of another."""
    missing_traits: float = 0.10
    """Probability of each trait to be missing."""
    consent_refused: float = 0.05
    """Probability of each purpose to be refused at the start."""
    consent_changes: float = 0.0005
    """Probability per day that a customer changes their mind about one purpose."""


NO_MESS = Mess(
    late=0, duplicated=0, out_of_order=0, clock_skew=0, bots=0, machine_opens=0,
    shared_emails=0, missing_traits=0, consent_refused=0, consent_changes=0,
)  # fmt: skip


@dataclass(frozen=True)
class Sending:
    """How the market's own brand sends messages: at random, so that effects can be estimated from them."""

    never: float = 0.20
    """Share of customers who never get a message."""
    per_day: float = 1 / 7
    """Probability that any other customer gets a message on a day."""
    incentives: float = 0.30
    """Share of messages that carry an incentive."""


@dataclass(frozen=True)
class MarketSettings:
    """All settings of a market, frozen."""

    demand: Demand = field(default_factory=Demand)
    response: Response = field(default_factory=Response)
    shift: MarketShift = field(default_factory=MarketShift)
    mess: Mess = field(default_factory=Mess)
    sending: Sending = field(default_factory=Sending)
    time_zones: tuple[str, ...] = TIME_ZONES

    @classmethod
    def default(cls) -> Self:
        """A grocer's market with effects of both signs, and all of the mess."""
        return cls()

    @classmethod
    def constant(cls, dollars: float = 4.0) -> Self:
        """Every message adds the same expected revenue (`dollars`), whoever gets it: nothing to personalise."""
        return cls().with_response(effects=Effects.CONSTANT, constant_effect=dollars, unsubscribe=0.0)

    @classmethod
    def without_effect(cls) -> Self:
        """Messages have no effect: for tests in which any difference found is a false positive."""
        return cls().with_response(effects=Effects.CONSTANT, constant_effect=0.0, unsubscribe=0.0)

    def with_demand(self, **dials: object) -> Self:
        """The same market with other values of `Demand`."""
        return replace(self, demand=replace(self.demand, **dials))  # type: ignore[arg-type]  # checked by the dataclass

    def with_response(self, **dials: object) -> Self:
        """The same market with other values of `Response`."""
        return replace(self, response=replace(self.response, **dials))  # type: ignore[arg-type]  # as above

    def with_mess(self, **dials: object) -> Self:
        """The same market with other values of `Mess`."""
        return replace(self, mess=replace(self.mess, **dials))  # type: ignore[arg-type]  # as above

    def without_mess(self) -> Self:
        """The same market with clean data."""
        return replace(self, mess=NO_MESS)

    def with_shift(self, day: int, **dials: object) -> Self:
        """The same market with a shift on `day`."""
        return replace(self, shift=replace(self.shift, day=day, **dials))  # type: ignore[arg-type]  # as above
