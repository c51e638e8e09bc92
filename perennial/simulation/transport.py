"""How events reach us: late, twice, overtaking each other. Each delivery of an event is a row."""

from dataclasses import dataclass

import numpy as np

from perennial.simulation.arrays import Bools, Ints, uniforms
from perennial.simulation.events import Events, joined
from perennial.simulation.settings import Mess

_HOUR_MS = 3_600_000
_SLOWEST_MS = 2_000
_OVERTAKEN_MS = 600_000


@dataclass(frozen=True)
class Deliveries:
    """`events` as they reach us at `received`; `place`: their order in a file. Milliseconds since 1970, UTC."""

    events: Events
    received: Ints
    place: Ints

    def __len__(self) -> int:
        return len(self.received)

    def take(self, chosen: Ints | Bools) -> "Deliveries":
        """Those at the positions `chosen`, or where it is true."""
        return Deliveries(self.events.take(chosen), self.received[chosen], self.place[chosen])

    def sorted(self) -> "Deliveries":
        """In their order in a file."""
        return self.take(np.argsort(self.place, kind="stable"))

    def with_more(self, more: "Deliveries") -> "Deliveries":
        """These and, after them, `more`."""
        return Deliveries(
            joined([self.events, more.events]),
            np.concatenate([self.received, more.received]),
            np.concatenate([self.place, more.place]),
        )


def deliver(events: Events, mess: Mess, random: np.random.Generator) -> Deliveries:
    """Every event once, some twice; most within seconds, some after hours or days; a few out of order."""
    copies = 1 + (uniforms(random, len(events)) < mess.duplicated)
    sent = events.take(np.repeat(np.arange(len(events)), copies))
    received = sent.at + _delays(len(sent), mess, random)
    overtaken = uniforms(random, len(sent)) < mess.out_of_order
    slips = random.integers(1, _OVERTAKEN_MS, len(sent))
    return Deliveries(sent, received, received + np.where(overtaken, slips, 0))


def _delays(count: int, mess: Mess, random: np.random.Generator) -> Ints:
    quick = random.integers(10, _SLOWEST_MS, count)
    is_late = uniforms(random, count) < mess.late
    longest = max(mess.late_days * 24, 1.0)
    # From an hour on, as many between one and ten hours as between ten and a hundred.
    slow = np.exp(random.random(count) * np.log(longest)) * _HOUR_MS
    return np.where(is_late, slow.astype(np.int64), quick)
