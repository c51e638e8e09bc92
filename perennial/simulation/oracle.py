"""The oracle: expectations under any action, computed from the latent state and exact up to rounding.

Between messages a customer moves among three activity states (active, lapsed, prospect) at rates that depend on nothing
random but that state: a Markov chain, whose probabilities are carried forward day by day, without simulation noise.
Only tests, benchmarks and reports may use it.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from perennial.simulation.actions import Action, Decisions
from perennial.simulation.arrays import Floats, Ints
from perennial.simulation.daily_step import Environment
from perennial.simulation.demand import activity_factors, calendar_factor, own_rates
from perennial.simulation.response import Reaction, add_impulse, daily_decay, react, redemption_probability
from perennial.simulation.state import ActivityState, State


@dataclass(frozen=True)
class ExpectedOutcomes:
    """Over the horizon, (customers,): expected revenue (dollars), probability of at least one order."""

    revenue: Floats
    ordered: Floats

    def mixed(self, other: "ExpectedOutcomes", share: Floats) -> "ExpectedOutcomes":
        """The mixture of this, with probability 1 - `share`, and `other`, with probability `share` (customers,)."""
        return ExpectedOutcomes(
            self.revenue + share * (other.revenue - self.revenue), self.ordered + share * (other.ordered - self.ordered)
        )


@dataclass(frozen=True)
class _Branch:
    """One outcome of a message; `activity`: (3, customers) probabilities of each state."""

    activity: Floats
    impulse: Floats
    extra: Floats
    goodwill: Floats
    coupon: Floats
    coupon_until: Ints


def expected_outcomes(
    environment: Environment, state: State, day: int, action: Action | Decisions | None, horizon_days: int
) -> ExpectedOutcomes:
    """Expectations for `horizon_days` from `day` on, with `action` on `day` and no message after it.

    Decisions are in the order of `environment`, one for each customer; None: no message.
    """
    baseline = _Branch(
        np.stack([state.activity == each for each in ActivityState]).astype(np.float64),
        state.impulse,
        state.extra,
        state.goodwill,
        state.coupon,
        state.coupon_until,
    )
    if action is None:
        return _carry(environment, baseline, day, horizon_days)
    sent = action.to(np.arange(len(environment.people))) if isinstance(action, Action) else action
    reaction = react(
        environment.people, state, environment.message_factors, environment.settings, day, environment.start, sent
    )
    here = environment.people.joins_on <= day
    baseline = replace(baseline, extra=baseline.extra + reaction.extra * here)
    seen = _carry(environment, _seen(baseline, reaction, day, environment), day, horizon_days)
    unsubscribed = _carry(environment, _unsubscribed(baseline, reaction, environment), day, horizon_days)
    unseen = _carry(environment, baseline, day, horizon_days)
    return unseen.mixed(seen.mixed(unsubscribed, reaction.unsubscribes), reaction.seen * here)


def _after_reaction(activity: Floats, reaction: Reaction) -> Floats:
    active, lapsed, prospect = activity
    lapses, returns = active * reaction.lapses, lapsed * reaction.returns
    return np.stack([active - lapses + returns, lapsed + lapses - returns, prospect])


def _seen(baseline: _Branch, reaction: Reaction, day: int, environment: Environment) -> _Branch:
    offered = reaction.discount > 0
    return replace(
        baseline,
        activity=_after_reaction(baseline.activity, reaction),
        impulse=add_impulse(baseline.impulse, reaction.impulse),
        coupon=np.where(offered, reaction.discount, baseline.coupon),
        coupon_until=np.where(offered, day + environment.settings.response.coupon_days, baseline.coupon_until),
    )


def _unsubscribed(baseline: _Branch, reaction: Reaction, environment: Environment) -> _Branch:
    return replace(
        baseline,
        activity=_after_reaction(baseline.activity, reaction),
        goodwill=baseline.goodwill * (1 - environment.settings.response.goodwill_lost),
    )


def _carry(environment: Environment, branch: _Branch, day: int, horizon_days: int) -> ExpectedOutcomes:
    people, settings = environment.people, environment.settings
    decay = daily_decay(settings.response.half_life_days)
    factors = activity_factors(settings.demand)[:, None]
    redeems = redemption_probability(people, settings) * branch.coupon
    activity, revenue, expected = branch.activity, np.zeros(len(people)), np.zeros((3, len(people)))
    for ahead in range(horizon_days):
        today = day + ahead
        own = own_rates(people, settings, today) * calendar_factor(settings, environment.start, today)
        rates = factors * own * branch.goodwill * np.exp(branch.impulse * decay**ahead)
        extra = branch.extra * decay**ahead
        paid = people.value * np.where(branch.coupon_until > today, 1 - redeems, 1.0)
        here = people.joins_on <= today
        revenue += here * paid * ((activity * rates).sum(axis=0) + extra)
        expected += here * (rates + extra)
        activity = _transition(activity, here * rates, environment)
    # Until the first order nobody changes the activity state.
    ordered = -(branch.activity * np.expm1(-expected)).sum(axis=0)
    return ExpectedOutcomes(revenue, ordered)


def orders_probability(environment: Environment, state: State, day: int, orders: int, horizon_days: int) -> Floats:
    """(customers,): probability of at least `orders` orders from `day` on within `horizon_days`, without a message.

    Carried forward are the joint probabilities of each activity state and each smaller number of orders so far.
    """
    people, settings = environment.people, environment.settings
    decay = daily_decay(settings.response.half_life_days)
    fewer: Floats = np.zeros((orders, len(ActivityState), len(people)))
    fewer[0] = [state.activity == each for each in ActivityState]
    for ahead in range(horizon_days):
        today = day + ahead
        here = people.joins_on <= today
        own = own_rates(people, settings, today) * calendar_factor(settings, environment.start, today)
        rates = activity_factors(settings.demand)[:, None] * own * state.goodwill * np.exp(state.impulse * decay**ahead)
        extra = state.extra * decay**ahead
        fewer = _count_day(fewer, np.where(here, rates, 0.0), np.where(here, extra, 0.0), environment)
    probability: Floats = 1 - fewer.sum(axis=(0, 1))
    return probability


def _count_day(fewer: Floats, own: Floats, extra: Floats, environment: Environment) -> Floats:
    """`fewer` after a day; what reaches the number asked for drops out. Extra orders change no activity state."""
    after = np.zeros_like(fewer)
    for count in range(len(fewer)):
        ordered = _after_orders(fewer[: len(fewer) - count] * _poisson(own, count), count, environment)
        for more in range(len(fewer) - count):
            after[count + more :] += ordered[: len(ordered) - more] * _poisson(extra, more)
    return after


def _poisson(rates: Floats, count: int) -> Floats:
    probability: Floats = np.exp(-rates) * rates**count / math.factorial(count)
    return probability


def _after_orders(activity: Floats, count: int, environment: Environment) -> Floats:
    """Probabilities (numbers so far, activity states, customers) after `count` orders on a day."""
    if count == 0:
        return activity
    demand = environment.settings.demand
    active, lapsed, prospect = np.moveaxis(activity, 1, 0)
    stays = (1 - environment.people.lapse.astype(np.float64)) ** count
    begins = 1 - demand.lapse_after_first
    now_active = active * stays + lapsed * demand.return_share + prospect * begins
    return np.stack([now_active, active + lapsed + prospect - now_active, np.zeros_like(prospect)], axis=1)


def _transition(activity: Floats, rates: Floats, environment: Environment) -> Floats:
    demand = environment.settings.demand
    active, lapsed, prospect = activity
    lapses = -active * np.expm1(-environment.people.lapse * rates[ActivityState.ACTIVE])
    returns = -demand.return_share * lapsed * np.expm1(-rates[ActivityState.LAPSED])
    begins = -prospect * np.expm1(-rates[ActivityState.PROSPECT])
    stopping = demand.lapse_after_first
    return np.stack(
        [
            active - lapses + returns + (1 - stopping) * begins,
            lapsed + lapses - returns + stopping * begins,
            prospect - begins,
        ]
    )
