"""What customers agreed to, and how they change their minds."""

from dataclasses import dataclass

import numpy as np

from perennial.simulation.actions import CHANNEL_PURPOSES
from perennial.simulation.arrays import Bools, Ints, uniforms
from perennial.simulation.settings import Mess

PURPOSES = ("profiling", "training", *CHANNEL_PURPOSES)
FIRST_CHANNEL = 2


@dataclass
class Consents:
    """`granted`: (customers, purposes); `unsubscribed`: the same shape, true for channels left for good."""

    granted: Bools
    unsubscribed: Bools

    @property
    def contactable(self) -> Bools:
        """(customers, channels) that may be messaged; a view of `granted`."""
        return self.granted[:, FIRST_CHANNEL:]

    def change(self, mess: Mess, random: np.random.Generator) -> Ints:
        """Some customers change their mind about one purpose; returns their indices. Unsubscribing stays for good."""
        count = len(self.granted)
        purposes = random.integers(0, len(PURPOSES), count, dtype=np.int8)
        changing: Ints = np.flatnonzero(uniforms(random, count) < mess.consent_changes)
        changing = changing[~self.unsubscribed[changing, purposes[changing]]]
        self.granted[changing, purposes[changing]] ^= True
        return changing

    def unsubscribe(self, customers: Ints, channels: Ints) -> None:
        """Afterwards each of `customers` (indices) has left the channel (index of `Channel`) at the same position."""
        self.granted[customers, channels + FIRST_CHANNEL] = False
        self.unsubscribed[customers, channels + FIRST_CHANNEL] = True

    def packed(self, customers: Ints) -> Ints:
        """(customers,): each customer's preferences as one number, the first purpose in the lowest bit."""
        weights = 1 << np.arange(len(PURPOSES), dtype=np.uint8)
        packed: Ints = (self.granted[customers] * weights).sum(axis=1).astype(np.uint8)
        return packed


def first_consents(count: int, mess: Mess, random: np.random.Generator) -> Consents:
    """The consents of `count` customers on the day they join."""
    refused = random.random((count, len(PURPOSES)), dtype=np.float32) < mess.consent_refused
    return Consents(~refused, np.zeros_like(refused))
