"""Lines to batches to the warehouse: the one path that every source takes."""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from perennial.database import Role, connect
from perennial.ingestion.batch_loads import load_each, load_together
from perennial.ingestion.consents.attestation import Attestation, attest
from perennial.ingestion.decoding.lines import Line
from perennial.ingestion.events.envelope import Event
from perennial.ingestion.events.issues import Issue, IssueKind
from perennial.ingestion.events.rules import Rules, rules_of
from perennial.ingestion.load import Loader
from perennial.ingestion.prefetch import one_ahead
from perennial.ingestion.reading import Outcome, read_line
from perennial.ingestion.rejections import Rejection
from perennial.ingestion.reports import IngestReport, RejectedLinesError
from perennial.ingestion.source import Batch, Source
from perennial.ingestion.tally import Tally
from perennial.lifecycle import load_lifecycle

MAX_BATCH_LINES = 10_000
MAX_BATCH_BYTES = 16 << 20


def ingest_source(source: Source, *, strict: bool = False, attestation: Attestation | None = None) -> IngestReport:
    """Check and load the lines of `source`; `ingest_file` says what is true afterwards."""
    started = time.monotonic()
    tally = Tally()
    rules = rules_of(load_lifecycle())
    with connect(Role.LOADER, autocommit=True) as connection:
        loader = Loader(connection, source.name, is_attested=attestation is not None)
        load = load_together if strict else load_each
        load(loader, source, _batches(source, rules), tally)
        if attestation and not (strict and tally.rejected):
            attest(connection, attestation)
    if source.total is not None:
        source.report_progress(source.total)
    report = tally.report(source.name, time.monotonic() - started)
    if strict and tally.rejected:
        raise RejectedLinesError(report)
    return report


def _batches(source: Source, rules: Rules) -> Iterator[Batch]:
    read = _read(source, rules)
    return one_ahead(read) if source.is_available else read


def _read(source: Source, rules: Rules) -> Iterator[Batch]:
    batch, purposes = Batch(), set[str]()
    count = size = 0
    for count, line in enumerate(source.lines, start=1):
        outcomes: Sequence[Outcome]
        if isinstance(line, Line):
            size += len(line.data)
            outcomes = read_line(*line, datetime.now(UTC), rules)
        else:
            outcomes = (line,)
        for outcome in outcomes:
            if isinstance(outcome, Event):
                batch.events.append(outcome)
            elif isinstance(outcome, Rejection):
                batch.rejections.append(outcome)
            elif not _is_reported(outcome, purposes):
                batch.issues.append(outcome)
        if size >= MAX_BATCH_BYTES or len(batch.events) + len(batch.rejections) >= MAX_BATCH_LINES:
            batch.done = source.position() if source.position else count
            yield batch
            batch, size = Batch(), 0
    if batch.events or batch.rejections or batch.issues:
        batch.done = source.position() if source.position else count
        yield batch


def _is_reported(issue: Issue, purposes: set[str]) -> bool:
    """Whether a purpose was reported before: many brands state the same ones on every event."""
    if issue.kind is not IssueKind.UNKNOWN_PURPOSE:
        return False
    if issue.subject in purposes:
        return True
    purposes.add(issue.subject)
    return False
