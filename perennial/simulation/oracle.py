"""What only the market knows: expectations under any action, exact up to rounding.

Between messages a customer moves among three standings (active, lapsed, prospect) at rates that depend on nothing
random but the standing itself. Their probabilities are carried forward day by day, so no noise is left. Nothing
outside tests, benchmarks and reports may ask.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from perennial.simulation.actions import Action, Decisions
from perennial.simulation.arrays import Floats, Ints
from perennial.simulation.daily_step import Place
from perennial.simulation.demand import calendar_factor, own_rates, standing_factors
from perennial.simulation.response import Reaction, fading, react, redemption_chance, strengthened
from perennial.simulation.state import Standing, State


@dataclass(frozen=True)
class Outlook:
    """Over the horizon, for each customer: expected revenue (dollars), probability of at least one order."""

    revenue: Floats
    ordered: Floats

    def mixed(self, other: "Outlook", share: Floats) -> "Outlook":
        """This with probability 1 - share, `other` with probability share."""
        return Outlook(
            self.revenue + share * (other.revenue - self.revenue), self.ordered + share * (other.ordered - self.ordered)
        )


@dataclass(frozen=True)
class _Branch:
    """One way in which a message can turn out; `standing`: (3, customers) probabilities."""

    standing: Floats
    impulse: Floats
    extra: Floats
    goodwill: Floats
    coupon: Floats
    coupon_until: Ints


def outlook(place: Place, state: State, day: int, action: Action | Decisions | None, horizon_days: int) -> Outlook:
    """What the customers of `place` will do from `day` on for `horizon_days`, with `action` on `day` and no other.

    Decisions stand in the order of `place`, one for each customer.
    """
    quiet = _Branch(
        np.stack([state.standing == standing for standing in Standing]).astype(np.float64),
        state.impulse,
        state.extra,
        state.goodwill,
        state.coupon,
        state.coupon_until,
    )
    if action is None:
        return _carry(place, quiet, day, horizon_days)
    sent = action.to(np.arange(len(place.people))) if isinstance(action, Action) else action
    reaction = react(place.people, state, place.world, place.settings, day, place.start, sent)
    here = place.people.joins_on <= day
    quiet = replace(quiet, extra=quiet.extra + reaction.extra * here)
    seen = _carry(place, _seen(quiet, reaction, day, place), day, horizon_days)
    left = _carry(place, _left(quiet, reaction, place), day, horizon_days)
    unseen = _carry(place, quiet, day, horizon_days)
    return unseen.mixed(seen.mixed(left, reaction.leaves), reaction.seen * here)


def _turned(standing: Floats, reaction: Reaction) -> Floats:
    active, lapsed, prospect = standing
    lapses, returns = active * reaction.lapses, lapsed * reaction.returns
    return np.stack([active - lapses + returns, lapsed + lapses - returns, prospect])


def _seen(quiet: _Branch, reaction: Reaction, day: int, place: Place) -> _Branch:
    offered = reaction.discount > 0
    return replace(
        quiet,
        standing=_turned(quiet.standing, reaction),
        impulse=strengthened(quiet.impulse, reaction.impulse),
        coupon=np.where(offered, reaction.discount, quiet.coupon),
        coupon_until=np.where(offered, day + place.settings.response.coupon_days, quiet.coupon_until),
    )


def _left(quiet: _Branch, reaction: Reaction, place: Place) -> _Branch:
    return replace(
        quiet,
        standing=_turned(quiet.standing, reaction),
        goodwill=quiet.goodwill * (1 - place.settings.response.goodwill_lost),
    )


def _carry(place: Place, branch: _Branch, day: int, horizon_days: int) -> Outlook:
    people, settings = place.people, place.settings
    fade = fading(settings.response.half_life_days)
    factors = standing_factors(settings.demand)[:, None]
    redeems = redemption_chance(people, settings) * branch.coupon
    standing, revenue, promised = branch.standing, np.zeros(len(people)), np.zeros((3, len(people)))
    for ahead in range(horizon_days):
        today = day + ahead
        calm = own_rates(people, settings, today) * calendar_factor(settings, place.start, today)
        rates = factors * calm * branch.goodwill * np.exp(branch.impulse * fade**ahead)
        extra = branch.extra * fade**ahead
        paid = people.value * np.where(branch.coupon_until > today, 1 - redeems, 1.0)
        here = people.joins_on <= today
        revenue += here * paid * ((standing * rates).sum(axis=0) + extra)
        promised += here * (rates + extra)
        standing = _move(standing, here * rates, place)
    # Until the first order nobody changes their standing.
    ordered = -(branch.standing * np.expm1(-promised)).sum(axis=0)
    return Outlook(revenue, ordered)


def chance_of_orders(place: Place, state: State, day: int, orders: int, horizon_days: int) -> Floats:
    """(customers,): probability of at least `orders` orders from `day` on within `horizon_days`, with no message more.

    Carried forward are the probabilities of each standing together with each smaller number of orders so far.
    """
    people, settings = place.people, place.settings
    fade = fading(settings.response.half_life_days)
    fewer: Floats = np.zeros((orders, len(Standing), len(people)))
    fewer[0] = [state.standing == standing for standing in Standing]
    for ahead in range(horizon_days):
        today = day + ahead
        here = people.joins_on <= today
        calm = own_rates(people, settings, today) * calendar_factor(settings, place.start, today)
        own = standing_factors(settings.demand)[:, None] * calm * state.goodwill * np.exp(state.impulse * fade**ahead)
        extra = state.extra * fade**ahead
        fewer = _count_day(fewer, np.where(here, own, 0.0), np.where(here, extra, 0.0), place)
    chance: Floats = 1 - fewer.sum(axis=(0, 1))
    return chance


def _count_day(fewer: Floats, own: Floats, extra: Floats, place: Place) -> Floats:
    """`fewer` after a day; whatever reaches the number asked for drops out. Extra orders change nobody's standing."""
    after = np.zeros_like(fewer)
    for count in range(len(fewer)):
        ordered = _after_orders(fewer[: len(fewer) - count] * _poisson(own, count), count, place)
        for more in range(len(fewer) - count):
            after[count + more :] += ordered[: len(ordered) - more] * _poisson(extra, more)
    return after


def _poisson(rates: Floats, count: int) -> Floats:
    chance: Floats = np.exp(-rates) * rates**count / math.factorial(count)
    return chance


def _after_orders(standing: Floats, count: int, place: Place) -> Floats:
    """Probabilities (numbers so far, standings, customers) after `count` orders on a day."""
    if count == 0:
        return standing
    demand = place.settings.demand
    active, lapsed, prospect = np.moveaxis(standing, 1, 0)
    stays = (1 - place.people.lapse.astype(np.float64)) ** count
    begins = 1 - demand.lapse_after_first
    now_active = active * stays + lapsed * demand.return_share + prospect * begins
    return np.stack([now_active, active + lapsed + prospect - now_active, np.zeros_like(prospect)], axis=1)


def _move(standing: Floats, rates: Floats, place: Place) -> Floats:
    demand = place.settings.demand
    active, lapsed, prospect = standing
    lapses = -active * np.expm1(-place.people.lapse * rates[Standing.ACTIVE])
    returns = -demand.return_share * lapsed * np.expm1(-rates[Standing.LAPSED])
    begins = -prospect * np.expm1(-rates[Standing.PROSPECT])
    stopping = demand.lapse_after_first
    return np.stack(
        [
            active - lapses + returns + (1 - stopping) * begins,
            lapsed + lapses - returns + stopping * begins,
            prospect - begins,
        ]
    )
