"""What a brand can do to a customer on a day: one message, through a channel, at an hour, with a creative."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from perennial.simulation.arrays import Floats, Ints


class Channel(IntEnum):
    """The channels, in the order of every table here."""

    EMAIL = 0
    SMS = 1
    PUSH = 2
    DIRECT_MAIL = 3
    ONSITE = 4


CHANNEL_PURPOSES = ("email", "sms", "push", "direct_mail", "onsite")
CHANNEL_NAMES = ("Email", "SMS", "Push Notification", "Direct Mail", "In-App Message")
CATEGORIES = ("grocery", "produce", "meat", "bakery", "household", "drinks", "beauty", "garden")
COUNT_CREATIVES = len(CATEGORIES)
"""Each creative shows one category."""
INCENTIVES = np.array([0.0, 0.10, 0.20], dtype=np.float32)
"""The discount of each incentive, as a share of the order."""
COSTS = np.array([0.002, 0.04, 0.001, 0.60, 0.0], dtype=np.float32)
"""Dollars per message, by channel."""
SEEN_LOGITS = np.array([0.0, 0.8, 0.2, 0.6, -0.4], dtype=np.float32)
"""By channel: the log odds that a message is seen, relative to e-mail."""
FATIGUE_WEIGHTS = np.array([1.0, 1.6, 1.3, 0.8, 0.5], dtype=np.float32)
"""By channel: the fatigue that a message adds."""


@dataclass(frozen=True)
class Action:
    """The same message for everyone asked about. `hour` is on the customer's own clock, 0 to 23."""

    channel: int = Channel.EMAIL
    hour: int = 10
    creative: int = 0
    incentive: int = 0

    def to(self, customers: Ints) -> "Decisions":
        """This message to each of `customers` (indices)."""
        count = len(customers)
        columns = (np.full(count, value, dtype=np.int8) for value in vars(self).values())
        return Decisions(customers, *columns)


@dataclass(frozen=True)
class Decisions:
    """A day's messages as arrays of one length; who is not listed gets none.

    `customer`: index from 0, each at most once. `channel`: see `Channel`. `hour`: 0 to 23 on the customer's own clock.
    `creative`: 0 to 7. `incentive`: index of `INCENTIVES`, 0 for none. Raises ValueError for anything else.
    """

    customer: Ints
    channel: Ints
    hour: Ints
    creative: Ints
    incentive: Ints

    def __post_init__(self) -> None:
        if len({len(column) for column in vars(self).values()}) != 1:
            raise ValueError("the columns of decisions differ in length: give one value per message in each")
        limits = (len(Channel), 24, COUNT_CREATIVES, len(INCENTIVES))
        for name, limit in zip(("channel", "hour", "creative", "incentive"), limits, strict=True):
            column = getattr(self, name)
            if len(column) and not (column.min() >= 0 and column.max() < limit):
                raise ValueError(f"a {name} of these decisions does not exist: give 0 to {limit - 1}")
        if len(np.unique(self.customer)) != len(self.customer):
            raise ValueError("a customer is listed twice: at most one message per customer and day")

    def __len__(self) -> int:
        return len(self.customer)

    @classmethod
    def none(cls) -> "Decisions":
        """No message to anyone."""
        empty = np.empty(0, dtype=np.int64)
        return cls(empty, empty, empty, empty, empty)

    def take(self, chosen: Ints) -> "Decisions":
        """The decisions at the positions `chosen`."""
        return Decisions(*(column[chosen] for column in vars(self).values()))

    def costs(self) -> Floats:
        """(messages,): dollars that sending each message costs."""
        return COSTS[self.channel]
