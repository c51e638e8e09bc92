"""Who the customers are: latent types that never change, drawn once from the seed."""

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np

from perennial.simulation.actions import CATEGORIES, COUNT_CREATIVES, Channel
from perennial.simulation.arrays import Bools, Floats, Ints, normals, uniforms
from perennial.simulation.settings import Effects, MarketSettings

COUNT_FACTORS = 4
"""Dimensions of the latent factors of customers and messages, whose product is a customer's taste for a message."""


class CustomerType(IntEnum):
    """How a customer responds to messages (the four groups of uplift modelling, e.g. Radcliffe 2007)."""

    PERSUADABLE = 0
    SURE_THING = 1
    LOST_CAUSE = 2
    SLEEPING_DOG = 3


# Nobody's rate is below this share of the mean.
_SLOWEST = np.float32(1e-3)
# By type: mean and standard deviation of the effect on the log of demand.
_MEAN_EFFECTS = np.array([0.85, 0.03, 0.0, -0.55], dtype=np.float32)
_EFFECT_DEVIATIONS = np.array([0.20, 0.03, 0.02, 0.15], dtype=np.float32)
# By type: coefficients of its log odds on constant, price sensitivity, attention, rate and reserve.
_TYPE_LOGITS = np.array(
    [
        [0.3, 1.1, 0.9, -0.2, -0.6],
        [0.5, -0.9, 0.3, 0.9, 0.0],
        [0.2, -0.3, -0.8, -0.8, 0.2],
        [-0.9, -0.3, -0.5, 0.2, 1.4],
    ],
    dtype=np.float32,
)


@dataclass(frozen=True)
class People:
    """One value per customer, (customers,) unless noted.

    `log_rate`: log of orders per day; `value`: mean order, dollars; `peak_hour`: 0 to 24, local; `joins_on`: day;
    `zone`: index of the time zone; `customer_type`: see `CustomerType`; `effect`: of a message on the log of demand.
    """

    log_rate: Floats
    drift: Floats
    drift_per_day: Floats
    drift_phase: Floats
    lapse: Floats
    value: Floats
    price_sensitivity: Floats
    attention: Floats
    channel_tastes: Floats
    """(customers, channels)"""
    factors: Floats
    """(customers, factors)"""
    favourite: Ints
    loyalty: Floats
    peak_hour: Floats
    weekend: Floats
    zone: Ints
    joins_on: Ints
    customer_type: Ints
    effect: Floats
    has_machine: Bools

    def __len__(self) -> int:
        return len(self.log_rate)

    def take(self, chosen: Ints) -> "People":
        """The people at the positions `chosen`."""
        return People(**{column.name: getattr(self, column.name)[chosen] for column in fields(self)})


def draw_people(count: int, settings: MarketSettings, random: np.random.Generator) -> People:
    """`count` customers with latent types as `settings` distribute them."""
    demand = settings.demand
    rate = random.gamma(demand.rate_shape, 1 / demand.rate_shape, count).astype(np.float32)
    log_rate = np.log(np.maximum(rate, _SLOWEST))
    price = random.beta(2.0, 3.0, count).astype(np.float32)
    attention, reserve = normals(random, count), normals(random, count)
    customer_type = _draw_types(price, attention, log_rate + np.float32(0.5), reserve, random)
    channel_tastes = 0.5 * normals(random, count, len(Channel))
    # Reserve shows in what can be observed: the reserved see less, and dislike channels that interrupt.
    channel_tastes[:, (Channel.SMS, Channel.PUSH)] -= 0.3 * reserve[:, None]
    lowest, highest = demand.drift_days
    mean = demand.lapse_per_order
    return People(
        log_rate=np.log(np.float32(demand.orders_per_day)) + log_rate,
        drift=np.float32(demand.drift) * uniforms(random, count),
        drift_per_day=2 * np.pi / (lowest + (highest - lowest) * uniforms(random, count)),
        drift_phase=2 * np.pi * uniforms(random, count),
        lapse=_beta(mean, demand.lapse_concentration, count, random),
        value=_lognormal(demand.basket, demand.basket_log_sd, normals(random, count)),
        price_sensitivity=price,
        attention=attention - 0.4 * reserve,
        channel_tastes=channel_tastes,
        factors=normals(random, count, COUNT_FACTORS) / np.float32(np.sqrt(COUNT_FACTORS)),
        favourite=random.integers(0, len(CATEGORIES), count, dtype=np.int8),
        loyalty=random.beta(3.0, 3.0, count).astype(np.float32),
        peak_hour=(np.float32(14.5) + np.float32(3.5) * normals(random, count)) % 24,
        weekend=normals(random, count),
        zone=random.integers(0, len(settings.time_zones), count, dtype=np.int8),
        joins_on=_joining(count, settings, random),
        customer_type=customer_type,
        effect=_effects(customer_type, settings, random),
        has_machine=uniforms(random, count) < settings.mess.machine_opens,
    )


def _draw_types(price: Floats, attention: Floats, rate: Floats, reserve: Floats, random: np.random.Generator) -> Ints:
    traits = np.stack([np.ones_like(price), 4 * (price - 0.4), attention, rate, reserve])
    # Gumbel-max trick: the largest of log odds plus Gumbel noise is a draw from them.
    noise = -np.log(-np.log(np.clip(uniforms(random, 4 * len(price)), 1e-7, 1 - 1e-7))).reshape(4, -1)
    types: Ints = np.argmax(_TYPE_LOGITS @ traits + noise, axis=0).astype(np.int8)
    return types


def _effects(types: Ints, settings: MarketSettings, random: np.random.Generator) -> Floats:
    noise = normals(random, len(types))
    if settings.response.effects is Effects.CONSTANT:
        return np.zeros(len(types), dtype=np.float32)
    return np.float32(settings.response.strength) * (_MEAN_EFFECTS[types] + _EFFECT_DEVIATIONS[types] * noise)


def _joining(count: int, settings: MarketSettings, random: np.random.Generator) -> Ints:
    demand = settings.demand
    later = random.integers(1, demand.joining_days + 1, count, dtype=np.int32)
    return np.where(uniforms(random, count) < demand.joining, later, 0).astype(np.int32)


def _beta(mean: float, concentration: float, count: int, random: np.random.Generator) -> Floats:
    if mean == 0:
        return np.zeros(count, dtype=np.float32)
    return random.beta(mean * concentration, (1 - mean) * concentration, count).astype(np.float32)


def _lognormal(mean: float, log_sd: float, noise: Floats) -> Floats:
    amounts: Floats = np.float32(mean) * np.exp(np.float32(log_sd) * noise - np.float32(log_sd**2 / 2))
    return amounts


@dataclass(frozen=True)
class MessageFactors:
    """Latent factors of messages. `creatives`: (channels, creatives, factors); `hours`: (channels, parts, factors).

    A part is a quarter of a day, of a working day (0 to 3) or of a weekend (4 to 7).
    """

    creatives: Floats
    hours: Floats


def draw_message_factors(random: np.random.Generator) -> MessageFactors:
    """Standard normal factors for every channel with each creative and each part of the week."""
    return MessageFactors(
        normals(random, len(Channel), COUNT_CREATIVES, COUNT_FACTORS), normals(random, len(Channel), 8, COUNT_FACTORS)
    )
