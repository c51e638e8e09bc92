"""What a message does: whether it is seen, what it moves, what it wears out."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from perennial.simulation.actions import INCENTIVES, SEEN_LOGITS, WEIGHTS, Decisions
from perennial.simulation.arrays import Bools, Floats, Ints, sigmoid
from perennial.simulation.people import Kind, People, World
from perennial.simulation.settings import Effects, MarketSettings
from perennial.simulation.state import State

_HOURS_PER_PART = 6
_SATURDAY = 5
# Sleeping dogs leave more easily, persuadables less.
_LEAVING = np.array([0.6, 1.0, 1.0, 5.0], dtype=np.float32)
_STRONGEST = 2.0
"""Impulses add up to no more than this, on the log of demand."""


@dataclass(frozen=True)
class Reaction:
    """What each message of a day would do, one value per message.

    `seen`: probability to be seen. If it is: `impulse` adds to the log of demand, `leaves` is the probability to
    unsubscribe, `lapses` of an active customer to lapse, `returns` of a lapsed one to return; `discount` can be used.
    `extra` orders per day come whether it is seen or not, and fade like the impulse.
    """

    seen: Floats
    impulse: Floats
    leaves: Floats
    lapses: Floats
    returns: Floats
    discount: Floats
    extra: Floats


def react(
    people: People, state: State, world: World, settings: MarketSettings, day: int, start: date, sent: Decisions
) -> Reaction:
    """How `people` (one per message, in the order of `sent`) answer; who cannot be reached does not."""
    response = settings.response
    liking = appeal(people, world, settings, day, start, sent)
    tired = state.fatigue
    reached = state.reach[np.arange(len(sent)), sent.channel]
    attention = response.seen_logit + people.attention + SEEN_LOGITS[sent.channel] + liking - response.fatigue * tired
    seen = np.where(reached, sigmoid(attention.astype(np.float32)), 0.0).astype(np.float32)
    discount = INCENTIVES[sent.incentive]
    is_dog = people.kind == Kind.SLEEPING_DOG
    wear = np.exp(np.where(is_dog, 0.5, -1.0).astype(np.float32) * response.fatigue * tired)
    own = people.effect * wear * np.exp(np.float32(0.35) * np.clip(liking, -2, 2) * np.where(is_dog, -1, 1))
    pull = np.where(is_dog, 0.0, response.strength * 3.0 * people.price_sensitivity * discount)
    mixed = response.effects is Effects.MIXED
    strength = np.float32(response.strength if mixed else 0.0)
    leaves = response.unsubscribe * _LEAVING[people.kind] * np.exp(2 * response.fatigue * tired)
    return Reaction(
        seen=seen,
        impulse=(own + (pull if mixed else 0.0)).astype(np.float32),
        leaves=np.minimum(leaves, 0.5).astype(np.float32),
        lapses=strength * np.float32(response.sleeping_dogs_lapse) * is_dog,
        returns=strength * np.float32(response.persuadables_return) * (people.kind == Kind.PERSUADABLE),
        discount=discount,
        extra=np.where(reached, _constant_orders(people, settings), 0.0).astype(np.float32),
    )


def appeal(people: People, world: World, settings: MarketSettings, day: int, start: date, sent: Decisions) -> Floats:
    """How much each customer likes this message, log odds around 0: tastes alone, and those that hold only together."""
    is_weekend = (start + timedelta(days=day)).weekday() >= _SATURDAY
    part = sent.hour // _HOURS_PER_PART + 4 * is_weekend
    creative = _shown(settings, day, sent.creative)
    together = (people.factors * (world.creatives[sent.channel, creative] + world.hours[sent.channel, part])).sum(
        axis=1
    )
    near = np.cos(2 * np.pi * (sent.hour - people.peak_hour) / 24)
    alone = people.channel_tastes[np.arange(len(sent)), sent.channel] + 0.4 * near
    weekend = np.float32(0.3 if is_weekend else -0.12) * people.weekend
    theme = 1.2 * people.loyalty * (creative == people.favourite) - 0.1
    liking: Floats = (settings.response.interactions * together + alone + weekend + theme).astype(np.float32)
    return liking


def _shown(settings: MarketSettings, day: int, creative: Ints) -> Ints:
    shift = settings.shift
    if shift.day is None or day < shift.day:
        return creative
    return (creative + shift.creatives) % 8


def _constant_orders(people: People, settings: MarketSettings) -> Floats:
    response = settings.response
    if response.effects is Effects.MIXED:
        return np.zeros(len(people), dtype=np.float32)
    # Fading by a constant factor a day, the days' orders add up to the whole effect.
    return response.constant_effect * (1 - fading(response.half_life_days)) / people.value


def fading(half_life_days: float) -> float:
    """What is left after a day of something that halves in so many."""
    return float(0.5 ** (1 / half_life_days))


def receive(state: State, customer: Ints, sent: Decisions, reaction: Reaction, delivered: Bools) -> None:
    """Leave what does not depend on being seen: fatigue, and the orders of constant effects."""
    state.fatigue[customer] += WEIGHTS[sent.channel] * delivered
    state.extra[customer] += reaction.extra * delivered


def notice(
    state: State, customer: Ints, reaction: Reaction, seen: Bools, leaves: Bools, day: int, settings: MarketSettings
) -> None:
    """Leave what being seen does to demand, for those at `customer`."""
    moved = np.where(seen & ~leaves, reaction.impulse, 0.0)
    state.impulse[customer] = strengthened(state.impulse[customer], moved)
    state.goodwill[customer] *= np.where(seen & leaves, np.float32(1 - settings.response.goodwill_lost), np.float32(1))
    offered = seen & ~leaves & (reaction.discount > 0)
    state.coupon[customer[offered]] = reaction.discount[offered]
    state.coupon_until[customer[offered]] = day + settings.response.coupon_days


def strengthened(impulse: Floats, more: Floats) -> Floats:
    """Impulses add up, within limits."""
    total: Floats = np.clip(impulse + more, -_STRONGEST, _STRONGEST)
    return total


def redemption_chance(people: People, settings: MarketSettings) -> Floats:
    """Probability that an order redeems a coupon in its time; the price sensitive redeem more."""
    chance: Floats = np.minimum(settings.response.redemption * people.price_sensitivity / 0.39, 0.95).astype(np.float32)
    return chance
