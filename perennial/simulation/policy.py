"""How the market's own brand sends messages: at random, with known probabilities."""

from dataclasses import dataclass

import numpy as np

from perennial.simulation.actions import COUNT_CREATIVES, INCENTIVES, Decisions
from perennial.simulation.arrays import Bools, uniforms
from perennial.simulation.settings import Sending

CHANNEL_SHARES = (0.55, 0.10, 0.20, 0.05, 0.10)
_FIRST_HOUR, _LAST_HOUR = 7, 21


@dataclass(frozen=True)
class RandomSending:
    """Everyone but a fixed group gets a message on a day with the same probability, all choices independent.

    `never` (customers,): the group that never gets one, drawn once.
    """

    never: Bools
    sending: Sending

    def decide(self, random: np.random.Generator) -> Decisions:
        """A day's messages, at most one per customer."""
        customers = np.flatnonzero(~self.never & (uniforms(random, len(self.never)) < self.sending.per_day))
        count = len(customers)
        channels = np.searchsorted(np.cumsum(CHANNEL_SHARES)[:-1], uniforms(random, count), side="right")
        offers = random.integers(1, len(INCENTIVES), count, dtype=np.int8)
        return Decisions(
            customer=customers,
            channel=channels.astype(np.int8),
            hour=random.integers(_FIRST_HOUR, _LAST_HOUR + 1, count, dtype=np.int8),
            creative=random.integers(0, COUNT_CREATIVES, count, dtype=np.int8),
            incentive=np.where(uniforms(random, count) < self.sending.incentives, offers, np.int8(0)),
        )


def draw_never(count: int, sending: Sending, random: np.random.Generator) -> Bools:
    """(count,): true for those who never get a message."""
    return uniforms(random, count) < sending.never
