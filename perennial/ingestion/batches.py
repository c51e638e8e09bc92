"""Lines to batches to the warehouse: the one path that every source takes."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from perennial.database import Role, connect
from perennial.ingestion.consent import Attestation, attest
from perennial.ingestion.envelope import Event, Rejection, read_event
from perennial.ingestion.lines import Line
from perennial.ingestion.load import Counts, Loader
from perennial.ingestion.prefetch import one_ahead
from perennial.ingestion.reports import IngestReport, Progress, RejectedLinesError

MAX_BATCH_LINES = 10_000
MAX_BATCH_BYTES = 16 << 20


@dataclass(frozen=True)
class Source:
    """Where lines come from and under which name they go into `raw`.

    `total` and `position` measure progress in the same unit; without them it counts lines. A source that may make its
    reader wait, a pipe, is not `is_available`: it is read only when the last batch is in, and can be interrupted.
    """

    name: str
    lines: Iterable[Line | Rejection]
    total: int | None = None
    position: Callable[[], int] | None = None
    progress: Progress | None = None
    is_available: bool = True

    def report_progress(self, done: int) -> None:
        if self.progress:
            self.progress(done, self.total)


class Batch(NamedTuple):
    """Checked lines that are loaded together; `done` is how far the source had been read behind them."""

    events: list[Event]
    rejections: list[Rejection]
    done: int


def ingest_source(source: Source, *, strict: bool = False, attestation: Attestation | None = None) -> IngestReport:
    """Check and load the lines of `source`; `ingest_file` says what is true afterwards."""
    started = time.monotonic()
    reasons: Counter[str] = Counter()
    with connect(Role.LOADER, autocommit=True) as connection:
        loader = Loader(connection, source.name, is_attested=attestation is not None)
        load = _load_together if strict else _load_each
        loaded, duplicate, rejected = load(loader, source, reasons)
        if attestation and not (strict and rejected):
            attest(connection, attestation)
    if source.total is not None:
        source.report_progress(source.total)
    report = IngestReport(source.name, loaded, duplicate, rejected, dict(reasons), time.monotonic() - started)
    if strict and rejected:
        raise RejectedLinesError(report)
    return report


def _load_each(loader: Loader, source: Source, reasons: Counter[str]) -> Counts:
    total = Counts(0, 0, 0)
    for batch in _batches(source):
        with loader.transaction():
            refused = loader.stage(batch.events, batch.rejections)
            counts = loader.load()
        reasons.update(rejection.reason.value for rejection in refused)
        total = Counts(*map(sum, zip(total, counts, strict=True)))
        source.report_progress(batch.done)
    return total


def _load_together(loader: Loader, source: Source, reasons: Counter[str]) -> Counts:
    with loader.transaction():
        for batch in _batches(source):
            refused = loader.stage(batch.events, batch.rejections)
            reasons.update(rejection.reason.value for rejection in refused)
            source.report_progress(batch.done)
        if reasons:
            loader.discard_events()
        return loader.load()


def _batches(source: Source) -> Iterator[Batch]:
    checked = _checked(source)
    return one_ahead(checked) if source.is_available else checked


def _checked(source: Source) -> Iterator[Batch]:
    events: list[Event] = []
    rejections: list[Rejection] = []
    count = size = 0
    for count, line in enumerate(source.lines, start=1):
        size += len(line[-1])
        checked = read_event(line.number, line.data, datetime.now(UTC)) if isinstance(line, Line) else line
        if isinstance(checked, Event):
            events.append(checked)
        else:
            rejections.append(checked)
        if size >= MAX_BATCH_BYTES or len(events) + len(rejections) >= MAX_BATCH_LINES:
            yield Batch(events, rejections, source.position() if source.position else count)
            events, rejections, size = [], [], 0
    if events or rejections:
        yield Batch(events, rejections, source.position() if source.position else count)
