"""A market's events as a file that any ingest can read."""

import gzip
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, cast

import numpy as np

from perennial.simulation.clocks import day_breaks
from perennial.simulation.market import Market
from perennial.simulation.transport import Deliveries

# Small enough for a processor's cache, large enough for NumPy.
BLOCK = 16_000
_LEVEL = 1
_MOST_DAYS = 9_999
Progress = Callable[[int, int | None], None]


@dataclass(frozen=True)
class SimulationReport:
    """A file that was written: how many lines of how many distinct events, and the seconds that each part took."""

    file: str
    customers: int
    days: int
    count_events: int
    count_lines: int
    bytes: int
    seconds_generating: float
    seconds_writing: float


def simulate_file(
    market: Market, days: int, out: Path, *, progress: Progress | None = None, block: int = BLOCK
) -> SimulationReport:
    """Simulate `days` with the market's own random messages; afterwards `out` holds them as Segment-spec JSON Lines.

    In the order in which events were received, gzip when `out` ends in .gz. The same market gives the same bytes,
    whatever the `block` of lines written at once. Memory grows with the customers, not with the days. `progress` is
    given days. A file that could not be finished is removed. Raises ValueError for no day or too many, OSError when
    `out` cannot be written.
    """
    if not 1 <= days <= _MOST_DAYS:
        raise ValueError(f"a market can be simulated for 1 to {_MOST_DAYS:,} days, not {days}")
    begun = time.monotonic()
    lines = size = 0
    writing = 0.0
    part = out.with_name(f"{out.name}.part")
    try:
        with opened(part, is_gzip=out.suffix == ".gz") as stream:
            for text, count in market_text(market, days, progress, block):
                before = time.monotonic()
                stream.write(text)
                writing += time.monotonic() - before
                lines, size = lines + count, size + len(text)
            before = time.monotonic()
        writing += time.monotonic() - before
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    seconds = time.monotonic() - begun
    return SimulationReport(str(out), len(market), days, market.count_events, lines, size, seconds - writing, writing)


def market_text(
    market: Market, days: int, progress: Progress | None = None, block: int = BLOCK
) -> Iterator[tuple[bytes, int]]:
    """Blocks of lines, and how many each has: what `simulate_file` writes."""
    pending: Deliveries | None = None
    for done in range(1, days + 1):
        arriving = market.deliveries(market.step(market.random_decisions()))
        pending = arriving if pending is None else pending.with_more(arriving)
        # No event of the next day can be written before this time.
        until = day_breaks(market.settings.time_zones, market.start + timedelta(days=market.day))
        is_due = pending.written_at < until
        yield from _blocks(market, pending.take(is_due), block)
        pending = pending.take(~is_due)
        if progress:
            progress(done, days)
    if pending is not None:
        yield from _blocks(market, pending, block)


def _blocks(market: Market, due: Deliveries, block: int) -> Iterator[tuple[bytes, int]]:
    due = due.sorted()
    for first in range(0, len(due), block):
        some = due.take(np.arange(first, min(first + block, len(due))))
        yield market.writer.text(some), len(some)


def opened(path: Path, *, is_gzip: bool) -> IO[bytes]:
    """`path` to write to, compressed where asked; the same bytes written give the same file."""
    if is_gzip:
        # No name and no time inside: the same events are the same bytes.
        return cast("IO[bytes]", _PlainGzip(path))
    return path.open("wb")


class _PlainGzip(gzip.GzipFile):
    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        super().__init__(filename="", mode="wb", compresslevel=_LEVEL, fileobj=self._file, mtime=0)

    def close(self) -> None:
        super().close()
        self._file.close()
