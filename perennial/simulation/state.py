"""The latent state of the customers on a day: what changes from day to day."""

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np

from perennial.simulation.actions import Channel
from perennial.simulation.arrays import Bools, Floats, Ints, uniforms
from perennial.simulation.people import People
from perennial.simulation.settings import MarketSettings


class ActivityState(IntEnum):
    """Whether a customer orders at the own rate: latent, a brand cannot observe it."""

    ACTIVE = 0
    LAPSED = 1
    PROSPECT = 2


@dataclass
class State:
    """One value per customer, (customers,) unless noted.

    `activity`: see `ActivityState`. `impulse`: effect of earlier messages on the log of demand. `extra`: orders per day
    that messages add on top of it (constant effects). `fatigue`: messages not yet forgotten. `goodwill`: factor on
    demand, lowered for good by unsubscribing. `coupon`: the discount (share) that can be redeemed before the day
    `coupon_until`. `contactable`: (customers, channels).
    """

    activity: Ints
    impulse: Floats
    extra: Floats
    fatigue: Floats
    goodwill: Floats
    coupon: Floats
    coupon_until: Ints
    contactable: Bools

    def take(self, chosen: Ints) -> "State":
        """A copy of the customers at the positions `chosen`."""
        return State(**{column.name: getattr(self, column.name)[chosen] for column in fields(self)})

    def copy(self) -> "State":
        """A state that can be advanced without changing this one."""
        return State(**{column.name: getattr(self, column.name).copy() for column in fields(self)})


def first_state(people: People, settings: MarketSettings, random: np.random.Generator) -> State:
    """Nobody has fatigue or has unsubscribed. Whoever joins later is a prospect on that day."""
    count, demand = len(people), settings.demand
    draw = uniforms(random, count)
    activity = np.full(count, ActivityState.ACTIVE, dtype=np.int8)
    activity[draw < demand.prospects + demand.lapsed_at_start] = ActivityState.LAPSED
    activity[(draw < demand.prospects) | (people.joins_on > 0)] = ActivityState.PROSPECT

    def zeros() -> Floats:
        return np.zeros(count, dtype=np.float32)

    return State(
        activity=activity,
        impulse=zeros(),
        extra=zeros(),
        fatigue=zeros(),
        goodwill=np.ones(count, dtype=np.float32),
        coupon=zeros(),
        coupon_until=np.full(count, -1, dtype=np.int32),
        contactable=np.ones((count, len(Channel)), dtype=np.bool_),
    )
