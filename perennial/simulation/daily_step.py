"""One day of the market: messages arrive, orders are placed, people lapse and return."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from perennial.simulation.actions import Decisions
from perennial.simulation.arrays import Bools, Floats, Ints, normals, uniforms
from perennial.simulation.demand import calendar_factor, draw_orders, own_rates, standing_factors
from perennial.simulation.people import People, World
from perennial.simulation.response import fading, notice, react, receive, redemption_chance
from perennial.simulation.settings import Demand, MarketSettings
from perennial.simulation.state import Standing, State

_CLICKED = 0.15


@dataclass(frozen=True)
class Place:
    """A market's fixed parts: who lives there, what tastes have in common, its dials and its first day."""

    people: People
    world: World
    settings: MarketSettings
    start: date

    def take(self, chosen: Ints) -> "Place":
        """The same place with only those customers at the positions `chosen`."""
        return Place(self.people.take(chosen), self.world, self.settings, self.start)


@dataclass(frozen=True)
class Answers:
    """What became of the day's messages, one value per decision."""

    delivered: Bools
    seen: Bools
    clicked: Bools
    left: Bools


@dataclass(frozen=True)
class Orders:
    """The day's orders: who, dollars paid, dollars of ordinary discounts and of the coupon redeemed."""

    customer: Ints
    revenue: Floats
    discount: Floats
    coupon_discount: Floats


def live_day(
    place: Place, state: State, day: int, decisions: Decisions, random: np.random.Generator
) -> tuple[Answers, Orders]:
    """`state` is that of the next morning; what happened is returned.

    Demand is drawn apart from what messages draw, one number per customer: two worlds with other decisions and the same
    `random` have the same luck.
    """
    of_messages, of_demand = random.spawn(2)
    answers = _deliver(place, state, day, decisions, of_messages)
    orders = _order(place, state, day, of_demand)
    response = place.settings.response
    state.impulse *= np.float32(fading(response.half_life_days))
    state.extra *= np.float32(fading(response.half_life_days))
    state.fatigue *= np.float32(fading(response.fatigue_half_life_days))
    return answers, orders


def _deliver(place: Place, state: State, day: int, sent: Decisions, random: np.random.Generator) -> Answers:
    chosen = sent.customer
    draws = [uniforms(random, len(sent)) for _ in range(4)]
    who, before = place.people.take(chosen), state.take(chosen)
    reaction = react(who, before, place.world, place.settings, day, place.start, sent)
    delivered = before.reach[np.arange(len(sent)), sent.channel] & (who.joins_on <= day)
    seen = delivered & (draws[0] < reaction.seen)
    left = seen & (draws[1] < reaction.leaves)
    receive(state, chosen, sent, reaction, delivered)
    notice(state, chosen, reaction, seen, left, day, place.settings)
    _turn(state, chosen, seen & (draws[2] < reaction.lapses), Standing.ACTIVE, Standing.LAPSED)
    _turn(state, chosen, seen & (draws[2] < reaction.returns), Standing.LAPSED, Standing.ACTIVE)
    state.reach[chosen[left], sent.channel[left]] = False
    clicked = seen & ~left & (draws[3] < _CLICKED * np.exp(np.clip(reaction.impulse, -1, 1)))
    return Answers(delivered, seen, clicked, left)


def _turn(state: State, customer: Ints, happens: Bools, before: Standing, after: Standing) -> None:
    turned = customer[happens & (state.standing[customer] == before)]
    state.standing[turned] = after


def own_demand(place: Place, state: State, day: int) -> Floats:
    """Orders per day that each customer's own rhythm promises, as messages left it; 0 before joining."""
    people, settings = place.people, place.settings
    rates = own_rates(people, settings, day) * standing_factors(settings.demand)[state.standing]
    rates *= state.goodwill * np.exp(state.impulse) * np.float32(calendar_factor(settings, place.start, day))
    return np.where(people.joins_on <= day, rates, np.float32(0))


def _order(place: Place, state: State, day: int, random: np.random.Generator) -> Orders:
    own = draw_orders(own_demand(place, state, day), random)
    # Orders of constant effects come on top and change nobody's rhythm: the effect is the same for everyone.
    constant = state.extra.any()
    counts = own + draw_orders(np.where(place.people.joins_on <= day, state.extra, 0), random) if constant else own
    turns = uniforms(random, len(own))
    orders = _price(place, state, day, np.repeat(np.arange(len(counts)), counts), random)
    _move(state, own, turns, place.people.lapse, place.settings.demand)
    return orders


def _price(place: Place, state: State, day: int, customer: Ints, random: np.random.Generator) -> Orders:
    count, spread = len(customer), np.float32(place.settings.demand.order_spread)
    people = place.people
    noise, cheap, redeems = normals(random, count), uniforms(random, count), uniforms(random, count)
    worth = people.value[customer] * np.exp(spread * noise - spread**2 / 2)
    valid = (state.coupon_until[customer] > day) & (redeems < redemption_chance(people, place.settings)[customer])
    coupon = worth * np.where(valid, state.coupon[customer], np.float32(0))
    discount = worth * np.float32(0.5) * people.price_sensitivity[customer] * cheap
    return Orders(customer, worth - coupon, discount, coupon)


def _move(state: State, orders: Ints, turns: Floats, lapse: Floats, demand: Demand) -> None:
    (bought,) = np.nonzero(orders)
    before, turn, count = state.standing[bought], turns[bought], orders[bought]
    active = np.full(len(bought), Standing.ACTIVE, dtype=np.int8)
    stays = np.where(turn < (1 - lapse[bought]) ** count, active, Standing.LAPSED)
    returns = np.where(turn < demand.return_share, active, Standing.LAPSED)
    begins = np.where(turn < 1 - demand.lapse_after_first, active, Standing.LAPSED)
    state.standing[bought] = np.choose(before, [stays, returns, begins])
