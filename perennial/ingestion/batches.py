"""Lines to batches to the warehouse: the one path that every source takes."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import psycopg

from perennial.database import Role, connect
from perennial.ingestion.consent import Attestation, attest
from perennial.ingestion.envelope import Event, Rejection, read_event
from perennial.ingestion.lines import Line
from perennial.ingestion.load import Counts, Loader
from perennial.ingestion.reports import IngestReport, RejectedLinesError

MAX_BATCH_LINES = 10_000
MAX_BATCH_BYTES = 16 << 20


class Batch(NamedTuple):
    """Checked lines that are loaded together."""

    events: list[Event]
    rejections: list[Rejection]


def ingest_lines(
    lines: Iterable[Line | Rejection],
    source: str,
    *,
    strict: bool = False,
    attestation: Attestation | None = None,
    after_batch: Callable[[], None] = lambda: None,
) -> IngestReport:
    """Check and load `lines` under the name `source`; see `ingest_file` for what is true afterwards."""
    started = time.monotonic()
    reasons: Counter[str] = Counter()
    batches = _batches(lines)
    with connect(Role.LOADER, autocommit=True) as connection:
        loader = Loader(connection, source, collect_customers=attestation is not None)
        load = _load_together if strict else _load_each
        loaded, duplicate, rejected = load(connection, loader, batches, reasons, after_batch)
        if attestation and not (strict and rejected):
            with connection.transaction():
                attest(connection, attestation)
    report = IngestReport(source, loaded, duplicate, rejected, dict(reasons), time.monotonic() - started)
    if strict and rejected:
        raise RejectedLinesError(report)
    return report


def _batches(lines: Iterable[Line | Rejection]) -> Iterator[Batch]:
    batch, size = Batch([], []), 0
    for line in lines:
        size += len(line[-1])
        checked = read_event(line.number, line.data, datetime.now(UTC)) if isinstance(line, Line) else line
        if isinstance(checked, Event):
            batch.events.append(checked)
        else:
            batch.rejections.append(checked)
        if size >= MAX_BATCH_BYTES or len(batch.events) + len(batch.rejections) >= MAX_BATCH_LINES:
            yield batch
            batch, size = Batch([], []), 0
    if batch.events or batch.rejections:
        yield batch


def _load_each(
    connection: psycopg.Connection[Any],
    loader: Loader,
    batches: Iterator[Batch],
    reasons: Counter[str],
    after_batch: Callable[[], None],
) -> Counts:
    total = Counts(0, 0, 0)
    for batch in batches:
        with connection.transaction():
            refused = loader.stage(batch.events, batch.rejections)
            counts = loader.load()
        reasons.update(rejection.reason.value for rejection in refused)
        total = Counts(*map(sum, zip(total, counts, strict=True)))
        after_batch()
    return total


def _load_together(
    connection: psycopg.Connection[Any],
    loader: Loader,
    batches: Iterator[Batch],
    reasons: Counter[str],
    after_batch: Callable[[], None],
) -> Counts:
    with connection.transaction():
        for batch in batches:
            refused = loader.stage(batch.events, batch.rejections)
            reasons.update(rejection.reason.value for rejection in refused)
            after_batch()
        if reasons:
            loader.discard_events()
        return loader.load()
