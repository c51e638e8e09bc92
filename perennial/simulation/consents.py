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
    """`granted`: (customers, purposes); `left`: the same shape, true for channels unsubscribed from for good."""

    granted: Bools
    left: Bools

    @property
    def reach(self) -> Bools:
        """(customers, channels) that may be written to; a view of what is granted."""
        return self.granted[:, FIRST_CHANNEL:]

    def turn(self, mess: Mess, random: np.random.Generator) -> Ints:
        """Some customers change their mind about one purpose; who. Unsubscribing is not among what is taken back."""
        count = len(self.granted)
        purposes = random.integers(0, len(PURPOSES), count, dtype=np.int8)
        turning: Ints = np.flatnonzero(uniforms(random, count) < mess.consent_turns)
        turning = turning[~self.left[turning, purposes[turning]]]
        self.granted[turning, purposes[turning]] ^= True
        return turning

    def leave(self, customers: Ints, channels: Ints) -> None:
        """`customers` unsubscribe, each from one channel."""
        self.granted[customers, channels + FIRST_CHANNEL] = False
        self.left[customers, channels + FIRST_CHANNEL] = True

    def packed(self, customers: Ints) -> Ints:
        """Each customer's preferences as one number, the first purpose in the lowest bit."""
        weights = 1 << np.arange(len(PURPOSES), dtype=np.uint8)
        packed: Ints = (self.granted[customers] * weights).sum(axis=1).astype(np.uint8)
        return packed


def first_consents(count: int, mess: Mess, random: np.random.Generator) -> Consents:
    """What was agreed to when the brand and the customer met."""
    refused = random.random((count, len(PURPOSES)), dtype=np.float32) < mess.consent_refused
    return Consents(~refused, np.zeros_like(refused))
