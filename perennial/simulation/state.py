"""Where the customers stand on a day: what changes as the market lives."""

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np

from perennial.simulation.actions import Channel
from perennial.simulation.arrays import Bools, Floats, Ints, uniforms
from perennial.simulation.people import People
from perennial.simulation.settings import MarketSettings


class Standing(IntEnum):
    """The latent state that a brand cannot see; a customer who has not joined yet stands nowhere."""

    ACTIVE = 0
    LAPSED = 1
    PROSPECT = 2


@dataclass
class State:
    """One value per customer, (customers,) unless said.

    `impulse`: what messages left on the log of demand. `extra`: orders per day that messages add on top of it (constant
    effects). `fatigue`: messages not yet forgotten. `goodwill`: factor on demand, lowered for good by unsubscribing.
    `coupon`: the discount that may be redeemed until `coupon_until`. `reach`: (customers, channels), may be written to.
    """

    standing: Ints
    impulse: Floats
    extra: Floats
    fatigue: Floats
    goodwill: Floats
    coupon: Floats
    coupon_until: Ints
    reach: Bools

    def take(self, chosen: Ints) -> "State":
        """A copy of those at the positions `chosen`."""
        return State(**{column.name: getattr(self, column.name)[chosen] for column in fields(self)})

    def copy(self) -> "State":
        """A state that can live on without changing this one."""
        return State(**{column.name: getattr(self, column.name).copy() for column in fields(self)})


def first_state(people: People, settings: MarketSettings, random: np.random.Generator) -> State:
    """Everyone rested, nobody unsubscribed. Whoever joins later is a prospect then."""
    count, demand = len(people), settings.demand
    draw = uniforms(random, count)
    standing = np.full(count, Standing.ACTIVE, dtype=np.int8)
    standing[draw < demand.prospects + demand.lapsed_at_start] = Standing.LAPSED
    standing[(draw < demand.prospects) | (people.joins_on > 0)] = Standing.PROSPECT

    def zeros() -> Floats:
        return np.zeros(count, dtype=np.float32)

    return State(
        standing=standing,
        impulse=zeros(),
        extra=zeros(),
        fatigue=zeros(),
        goodwill=np.ones(count, dtype=np.float32),
        coupon=zeros(),
        coupon_until=np.full(count, -1, dtype=np.int32),
        reach=np.ones((count, len(Channel)), dtype=np.bool_),
    )
