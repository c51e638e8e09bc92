"""Lines to batches to the warehouse: the one path that every source takes."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import psycopg

from perennial.database import Role, connect
from perennial.ingestion.consent import Attestation, attest
from perennial.ingestion.envelope import Event, Rejection
from perennial.ingestion.issues import Issue, IssueKind
from perennial.ingestion.lines import Line
from perennial.ingestion.load import Loader
from perennial.ingestion.prefetch import one_ahead
from perennial.ingestion.reading import read_line
from perennial.ingestion.reports import IngestReport, Progress, Reason, RejectedLinesError
from perennial.ingestion.rules import Rules, rules_of
from perennial.ingestion.tally import Tally
from perennial.lifecycle import load_lifecycle

MAX_BATCH_LINES = 10_000
MAX_BATCH_BYTES = 16 << 20

# What PostgreSQL says of a row it cannot hold; a connection that is gone says something else.
UNLOADABLE = (
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.errors.ProgramLimitExceeded,
    psycopg.errors.StatementTooComplex,
)


@dataclass(frozen=True)
class Source:
    """Where lines come from and under which name they go into `raw`.

    `total` and `position` measure progress in the same unit; without them it is told in lines. A source that may make
    its reader wait, a pipe, is no `is_at_hand` one: it is read only when the last batch is in, and can be interrupted.
    """

    name: str
    lines: Iterable[Line | Rejection]
    total: int | None = None
    position: Callable[[], int] | None = None
    progress: Progress | None = None
    is_at_hand: bool = True

    def tell(self, done: int) -> None:
        if self.progress:
            self.progress(done, self.total)


@dataclass
class Batch:
    """What was read of lines that are loaded together; `done` is how far the source had been read behind them."""

    events: list[Event] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    done: int = 0

    def halves(self) -> tuple["Batch", "Batch"]:
        middle = len(self.events) // 2
        return Batch(self.events[:middle], self.rejections, self.issues), Batch(self.events[middle:])


def ingest_source(source: Source, *, strict: bool = False, attestation: Attestation | None = None) -> IngestReport:
    """Check and load the lines of `source`; `ingest_file` says what is true afterwards."""
    started = time.monotonic()
    tally = Tally()
    rules = rules_of(load_lifecycle())
    with connect(Role.LOADER, autocommit=True) as connection:
        loader = Loader(connection, source.name, is_attested=attestation is not None)
        load = _load_together if strict else _load_each
        load(loader, source, _batches(source, rules), tally)
        if attestation and not (strict and tally.rejected):
            attest(connection, attestation)
    if source.total is not None:
        source.tell(source.total)
    report = tally.report(source.name, time.monotonic() - started)
    if strict and tally.rejected:
        raise RejectedLinesError(report)
    return report


def _load_each(loader: Loader, source: Source, batches: Iterator[Batch], tally: Tally) -> None:
    for batch in batches:
        _load(loader, batch, tally)
        source.tell(batch.done)


def _load(loader: Loader, batch: Batch, tally: Tally) -> None:
    """Load a batch; where PostgreSQL cannot hold one of its events, all but that one."""
    try:
        with loader.transaction():
            refused = loader.stage(batch.events, batch.rejections, batch.issues)
            counts = loader.load()
            conflicts = loader.first_conflicts() if counts.conflicting else []
    except UNLOADABLE:
        if not batch.events:
            raise
        if len(batch.events) == 1:
            (event,) = batch.events
            unloadable = Rejection(event.line, Reason.NOT_LOADABLE, event.payload.encode())
            _load(loader, Batch([], [*batch.rejections, unloadable], []), tally)
            return
        for half in batch.halves():
            _load(loader, half, tally)
        return
    tally.add(counts, refused, batch.issues, conflicts)


def _load_together(loader: Loader, source: Source, batches: Iterator[Batch], tally: Tally) -> None:
    with loader.transaction():
        refused: list[Rejection] = []
        issues: list[Issue] = []
        for batch in batches:
            refused += loader.stage(batch.events, batch.rejections, batch.issues)
            issues += batch.issues
            source.tell(batch.done)
        if refused:
            loader.discard_events()
            issues = []
        counts = loader.load()
        tally.add(counts, refused, issues, loader.first_conflicts())


def _batches(source: Source, rules: Rules) -> Iterator[Batch]:
    read = _read(source, rules)
    return one_ahead(read) if source.is_at_hand else read


def _read(source: Source, rules: Rules) -> Iterator[Batch]:
    batch, purposes = Batch(), set[str]()
    count = size = 0
    for count, line in enumerate(source.lines, start=1):
        size += len(line[-1])
        outcomes = read_line(*line, datetime.now(UTC), rules) if isinstance(line, Line) else (line,)
        for outcome in outcomes:
            if isinstance(outcome, Event):
                batch.events.append(outcome)
            elif isinstance(outcome, Rejection):
                batch.rejections.append(outcome)
            elif not _is_told(outcome, purposes):
                batch.issues.append(outcome)
        if size >= MAX_BATCH_BYTES or len(batch.events) + len(batch.rejections) >= MAX_BATCH_LINES:
            batch.done = source.position() if source.position else count
            yield batch
            batch, size = Batch(), 0
    if batch.events or batch.rejections:
        batch.done = source.position() if source.position else count
        yield batch


def _is_told(issue: Issue, purposes: set[str]) -> bool:
    """Whether a purpose was told before: many brands state the same ones on every event."""
    if issue.kind is not IssueKind.UNKNOWN_PURPOSE:
        return False
    if issue.subject in purposes:
        return True
    purposes.add(issue.subject)
    return False
