"""What a message does: whether it is seen, its effect on demand, the fatigue it adds."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from perennial.simulation.actions import FATIGUE_WEIGHTS, INCENTIVES, SEEN_LOGITS, Decisions
from perennial.simulation.arrays import Bools, Floats, Ints, sigmoid
from perennial.simulation.people import CustomerType, MessageFactors, People
from perennial.simulation.settings import Effects, MarketSettings
from perennial.simulation.state import State

_HOURS_PER_PART = 6
_SATURDAY = 5
# By type: sleeping dogs unsubscribe more easily, persuadables less.
_UNSUBSCRIBING = np.array([0.6, 1.0, 1.0, 5.0], dtype=np.float32)
_LARGEST_IMPULSE = 2.0
"""Impulses add up to at most this, up or down, on the log of demand."""


@dataclass(frozen=True)
class Reaction:
    """What each message of a day would do, (messages,).

    `seen`: probability that it is seen. If so: `impulse` adds to the log of demand, `unsubscribes` is the probability
    to unsubscribe, `lapses` of an active customer to lapse, `returns` of a lapsed one to return; `discount` (share of
    the order) can be redeemed. `extra` orders per day come whether it is seen or not, and decay like the impulse.
    """

    seen: Floats
    impulse: Floats
    unsubscribes: Floats
    lapses: Floats
    returns: Floats
    discount: Floats
    extra: Floats


def react(
    people: People,
    state: State,
    factors: MessageFactors,
    settings: MarketSettings,
    day: int,
    start: date,
    sent: Decisions,
) -> Reaction:
    """How `people` (one per message, in the order of `sent`) respond. What cannot be delivered is not seen."""
    response = settings.response
    liking = appeal(people, factors, settings, day, start, sent)
    fatigue = state.fatigue
    is_contactable = state.contactable[np.arange(len(sent)), sent.channel]
    attention = response.seen_logit + people.attention + SEEN_LOGITS[sent.channel] + liking - response.fatigue * fatigue
    seen = np.where(is_contactable, sigmoid(attention.astype(np.float32)), 0.0).astype(np.float32)
    discount = INCENTIVES[sent.incentive]
    is_dog = people.customer_type == CustomerType.SLEEPING_DOG
    wear = np.exp(np.where(is_dog, 0.5, -1.0).astype(np.float32) * response.fatigue * fatigue)
    own = people.effect * wear * np.exp(np.float32(0.35) * np.clip(liking, -2, 2) * np.where(is_dog, -1, 1))
    by_discount = np.where(is_dog, 0.0, response.strength * 3.0 * people.price_sensitivity * discount)
    mixed = response.effects is Effects.MIXED
    strength = np.float32(response.strength if mixed else 0.0)
    unsubscribes = response.unsubscribe * _UNSUBSCRIBING[people.customer_type] * np.exp(2 * response.fatigue * fatigue)
    is_persuadable = people.customer_type == CustomerType.PERSUADABLE
    return Reaction(
        seen=seen,
        impulse=(own + (by_discount if mixed else 0.0)).astype(np.float32),
        unsubscribes=np.minimum(unsubscribes, 0.5).astype(np.float32),
        lapses=strength * np.float32(response.sleeping_dogs_lapse) * is_dog,
        returns=strength * np.float32(response.persuadables_return) * is_persuadable,
        discount=discount,
        extra=np.where(is_contactable, _constant_orders(people, settings), 0.0).astype(np.float32),
    )


def appeal(
    people: People, factors: MessageFactors, settings: MarketSettings, day: int, start: date, sent: Decisions
) -> Floats:
    """(messages,): how much each customer likes the message, in log odds: main effects of tastes and interactions."""
    is_weekend = (start + timedelta(days=day)).weekday() >= _SATURDAY
    part = sent.hour // _HOURS_PER_PART + 4 * is_weekend
    creative = _shown(settings, day, sent.creative)
    of_message = factors.creatives[sent.channel, creative] + factors.hours[sent.channel, part]
    interactions = (people.factors * of_message).sum(axis=1)
    hour = np.cos(2 * np.pi * (sent.hour - people.peak_hour) / 24)
    main = people.channel_tastes[np.arange(len(sent)), sent.channel] + 0.4 * hour
    weekend = np.float32(0.3 if is_weekend else -0.12) * people.weekend
    category = 1.2 * people.loyalty * (creative == people.favourite) - 0.1
    liking: Floats = (settings.response.interactions * interactions + main + weekend + category).astype(np.float32)
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
    return response.constant_effect * (1 - daily_decay(response.half_life_days)) / people.value


def daily_decay(half_life_days: float) -> float:
    """The factor by which something that halves in `half_life_days` decays in a day."""
    return float(0.5 ** (1 / half_life_days))


def apply_delivered(state: State, customer: Ints, sent: Decisions, reaction: Reaction, delivered: Bools) -> None:
    """Add to `state` what does not depend on being seen: fatigue, and the orders of constant effects."""
    state.fatigue[customer] += FATIGUE_WEIGHTS[sent.channel] * delivered
    state.extra[customer] += reaction.extra * delivered


def apply_seen(
    state: State,
    customer: Ints,
    reaction: Reaction,
    seen: Bools,
    unsubscribed: Bools,
    day: int,
    settings: MarketSettings,
) -> None:
    """Add to `state` what being seen does, for the customers at `customer`: impulse, goodwill, coupon."""
    impulse = np.where(seen & ~unsubscribed, reaction.impulse, 0.0)
    state.impulse[customer] = add_impulse(state.impulse[customer], impulse)
    kept = np.float32(1 - settings.response.goodwill_lost)
    state.goodwill[customer] *= np.where(seen & unsubscribed, kept, np.float32(1))
    offered = seen & ~unsubscribed & (reaction.discount > 0)
    state.coupon[customer[offered]] = reaction.discount[offered]
    state.coupon_until[customer[offered]] = day + settings.response.coupon_days


def add_impulse(impulse: Floats, more: Floats) -> Floats:
    """The sum of both, on the log of demand, within the largest that an impulse can be."""
    total: Floats = np.clip(impulse + more, -_LARGEST_IMPULSE, _LARGEST_IMPULSE)
    return total


def redemption_probability(people: People, settings: MarketSettings) -> Floats:
    """(customers,): probability that an order redeems a valid coupon; the price sensitive redeem more."""
    probability: Floats = np.minimum(settings.response.redemption * people.price_sensitivity / 0.39, 0.95)
    return probability.astype(np.float32)
