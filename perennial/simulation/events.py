"""What happened, as arrays: one value per event."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np

from perennial.simulation.arrays import Bools, Ints

PER_DAY = 100_000_000
"""A message's or order's number is its day times this, plus its position within the day."""


class Topic(IntEnum):
    """What an event is about."""

    IDENTIFIED = 0
    DELIVERED = 1
    OPENED = 2
    CLICKED = 3
    UNSUBSCRIBED = 4
    ORDERED = 5
    REDEEMED = 6
    VIEWED = 7
    CONSENTED = 8


_TYPES = {
    "topic": np.int8, "customer": np.int32, "at": np.int64, "day": np.int32, "row": np.int32, "number": np.int64,
    "channel": np.int8, "hour": np.int8, "creative": np.int8, "incentive": np.int8, "category": np.int8,
    "cents": np.int64, "discount": np.int64, "coupon": np.int64, "consent": np.uint8,
}  # fmt: skip


@dataclass(frozen=True)
class Events:
    """A day's events, (events,), in no order of time. A value that an event does not have is 0.

    `customer`: index; from the number of customers on, a bot. `at`: milliseconds since 1970, UTC. `day`, `row`:
    together the event's id. `number`: of the message or the order. `category`: looked at. `cents` paid, `discount` and
    `coupon` (cents). `consent`: see `Consents.packed`.
    """

    topic: Ints
    customer: Ints
    at: Ints
    day: Ints
    row: Ints
    number: Ints
    channel: Ints
    hour: Ints
    creative: Ints
    incentive: Ints
    category: Ints
    cents: Ints
    discount: Ints
    coupon: Ints
    consent: Ints

    def __len__(self) -> int:
        return len(self.topic)

    def take(self, chosen: Ints | Bools) -> "Events":
        """The events at the positions `chosen`, or where it is true."""
        return Events(**{column.name: getattr(self, column.name)[chosen] for column in fields(self)})

    def of(self, topic: Topic) -> "Events":
        """The events about `topic`."""
        return self.take(self.topic == topic)


def some_events(topic: Topic, customer: Ints, at: Ints, **columns: Ints) -> Events:
    """Events of one topic; columns not given are 0."""
    given = {"topic": np.full(len(customer), topic), "customer": customer, "at": at, **columns}
    filled = {name: given.get(name, np.zeros(len(customer))) for name in _TYPES}
    return Events(**{name: np.asarray(values).astype(_TYPES[name]) for name, values in filled.items()})


def joined(parts: Sequence[Events]) -> Events:
    """All of them, one after the other."""
    return Events(
        **{column.name: np.concatenate([getattr(part, column.name) for part in parts]) for column in fields(Events)}
    )
