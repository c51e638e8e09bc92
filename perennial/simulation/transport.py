"""How events arrive: late, twice, out of order. Each delivery of an event is a row."""

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
    """`events` as they arrive at `received`; `written_at`: their order in a file. Milliseconds since 1970, UTC."""

    events: Events
    received: Ints
    written_at: Ints

    def __len__(self) -> int:
        return len(self.received)

    def take(self, chosen: Ints | Bools) -> "Deliveries":
        """The deliveries at the positions `chosen`, or where it is true."""
        return Deliveries(self.events.take(chosen), self.received[chosen], self.written_at[chosen])

    def sorted(self) -> "Deliveries":
        """In their order in a file."""
        return self.take(np.argsort(self.written_at, kind="stable"))

    def with_more(self, more: "Deliveries") -> "Deliveries":
        """These and, after them, `more`."""
        return Deliveries(
            joined([self.events, more.events]),
            np.concatenate([self.received, more.received]),
            np.concatenate([self.written_at, more.written_at]),
        )


def deliver(events: Events, mess: Mess, random: np.random.Generator) -> Deliveries:
    """Each event once, a share of them twice; most within seconds, some after hours or days, a share out of order."""
    copies = 1 + (uniforms(random, len(events)) < mess.duplicated)
    sent = events.take(np.repeat(np.arange(len(events)), copies))
    received = sent.at + _delays(len(sent), mess, random)
    overtaken = uniforms(random, len(sent)) < mess.out_of_order
    delays = random.integers(1, _OVERTAKEN_MS, len(sent))
    return Deliveries(sent, received, received + np.where(overtaken, delays, 0))


def _delays(count: int, mess: Mess, random: np.random.Generator) -> Ints:
    quick = random.integers(10, _SLOWEST_MS, count)
    is_late = uniforms(random, count) < mess.late
    longest = max(mess.late_days * 24, 1.0)
    # Log-uniform from an hour on: as many between one and ten hours as between ten and a hundred.
    slow = np.exp(random.random(count) * np.log(longest)) * _HOUR_MS
    return np.where(is_late, slow.astype(np.int64), quick)
