"""One day of the market: messages arrive, orders are placed, people lapse and return."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from perennial.simulation.actions import Decisions
from perennial.simulation.arrays import Bools, Floats, Ints, normals, uniforms
from perennial.simulation.demand import activity_factors, calendar_factor, draw_orders, own_rates
from perennial.simulation.people import MessageFactors, People
from perennial.simulation.response import apply_delivered, apply_seen, daily_decay, react, redemption_probability
from perennial.simulation.settings import Demand, MarketSettings
from perennial.simulation.state import ActivityState, State

_CLICKED = 0.15


@dataclass(frozen=True)
class Environment:
    """What does not change from day to day: customers, factors of messages, settings and the first day."""

    people: People
    message_factors: MessageFactors
    settings: MarketSettings
    start: date

    def take(self, chosen: Ints) -> "Environment":
        """The same environment with only the customers at the positions `chosen`."""
        return Environment(self.people.take(chosen), self.message_factors, self.settings, self.start)


@dataclass(frozen=True)
class MessageOutcomes:
    """What happened to the day's messages, one value per decision."""

    delivered: Bools
    seen: Bools
    clicked: Bools
    unsubscribed: Bools


@dataclass(frozen=True)
class Orders:
    """The day's orders, (orders,): customer (index), dollars paid, dollars of discounts and of the coupon redeemed."""

    customer: Ints
    revenue: Floats
    discount: Floats
    coupon_discount: Floats


def simulate_day(
    environment: Environment, state: State, day: int, decisions: Decisions, random: np.random.Generator
) -> tuple[MessageOutcomes, Orders]:
    """Advance `state` to the next morning; what happened to the messages, and the orders, are returned.

    Demand and messages have random streams of their own, and demand draws one number per customer: two runs with
    different decisions and the same `random` share their random numbers (common random numbers, Glasserman & Yao 1992).
    """
    of_messages, of_demand = random.spawn(2)
    outcomes = _deliver(environment, state, day, decisions, of_messages)
    orders = _order(environment, state, day, of_demand)
    response = environment.settings.response
    state.impulse *= np.float32(daily_decay(response.half_life_days))
    state.extra *= np.float32(daily_decay(response.half_life_days))
    state.fatigue *= np.float32(daily_decay(response.fatigue_half_life_days))
    return outcomes, orders


def _deliver(
    environment: Environment, state: State, day: int, sent: Decisions, random: np.random.Generator
) -> MessageOutcomes:
    chosen = sent.customer
    draws = [uniforms(random, len(sent)) for _ in range(4)]
    who, before = environment.people.take(chosen), state.take(chosen)
    reaction = react(who, before, environment.message_factors, environment.settings, day, environment.start, sent)
    delivered = before.contactable[np.arange(len(sent)), sent.channel] & (who.joins_on <= day)
    seen = delivered & (draws[0] < reaction.seen)
    unsubscribed = seen & (draws[1] < reaction.unsubscribes)
    apply_delivered(state, chosen, sent, reaction, delivered)
    apply_seen(state, chosen, reaction, seen, unsubscribed, day, environment.settings)
    _switch(state, chosen, seen & (draws[2] < reaction.lapses), ActivityState.ACTIVE, ActivityState.LAPSED)
    _switch(state, chosen, seen & (draws[2] < reaction.returns), ActivityState.LAPSED, ActivityState.ACTIVE)
    state.contactable[chosen[unsubscribed], sent.channel[unsubscribed]] = False
    clicked = seen & ~unsubscribed & (draws[3] < _CLICKED * np.exp(np.clip(reaction.impulse, -1, 1)))
    return MessageOutcomes(delivered, seen, clicked, unsubscribed)


def _switch(state: State, customer: Ints, is_due: Bools, before: ActivityState, after: ActivityState) -> None:
    switching = customer[is_due & (state.activity[customer] == before)]
    state.activity[switching] = after


def own_demand(environment: Environment, state: State, day: int) -> Floats:
    """(customers,): expected orders on `day`, effects of earlier messages included; 0 before joining."""
    people, settings = environment.people, environment.settings
    rates = own_rates(people, settings, day) * activity_factors(settings.demand)[state.activity]
    rates *= state.goodwill * np.exp(state.impulse) * np.float32(calendar_factor(settings, environment.start, day))
    return np.where(people.joins_on <= day, rates, np.float32(0))


def _order(environment: Environment, state: State, day: int, random: np.random.Generator) -> Orders:
    own = draw_orders(own_demand(environment, state, day), random)
    # Orders of constant effects come on top and change nobody's activity: the effect is the same for everyone.
    constant = state.extra.any()
    counts = (
        own + draw_orders(np.where(environment.people.joins_on <= day, state.extra, 0), random) if constant else own
    )
    draws = uniforms(random, len(own))
    orders = _price(environment, state, day, np.repeat(np.arange(len(counts)), counts), random)
    _update_activity(state, own, draws, environment.people.lapse, environment.settings.demand)
    return orders


def _price(environment: Environment, state: State, day: int, customer: Ints, random: np.random.Generator) -> Orders:
    count, log_sd = len(customer), np.float32(environment.settings.demand.order_log_sd)
    people = environment.people
    noise, cheap, redeems = normals(random, count), uniforms(random, count), uniforms(random, count)
    value = people.value[customer] * np.exp(log_sd * noise - log_sd**2 / 2)
    valid = (state.coupon_until[customer] > day) & (
        redeems < redemption_probability(people, environment.settings)[customer]
    )
    coupon = value * np.where(valid, state.coupon[customer], np.float32(0))
    discount = value * np.float32(0.5) * people.price_sensitivity[customer] * cheap
    return Orders(customer, value - coupon, discount, coupon)


def _update_activity(state: State, orders: Ints, draws: Floats, lapse: Floats, demand: Demand) -> None:
    (bought,) = np.nonzero(orders)
    before, draw, count = state.activity[bought], draws[bought], orders[bought]
    active = np.full(len(bought), ActivityState.ACTIVE, dtype=np.int8)
    stays = np.where(draw < (1 - lapse[bought]) ** count, active, ActivityState.LAPSED)
    returns = np.where(draw < demand.return_share, active, ActivityState.LAPSED)
    begins = np.where(draw < 1 - demand.lapse_after_first, active, ActivityState.LAPSED)
    state.activity[bought] = np.choose(before, [stays, returns, begins])
