"""Batches to the warehouse: each for itself, or all of a source or none."""

from collections.abc import Iterator

import psycopg

from perennial.ingestion.events.issues import Issue
from perennial.ingestion.load import Loader
from perennial.ingestion.rejections import Rejection
from perennial.ingestion.reports import Reason
from perennial.ingestion.source import Batch, Source
from perennial.ingestion.tally import Tally

# What PostgreSQL raises for a row it cannot hold, and not for a connection that is gone.
UNLOADABLE = (
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.errors.ProgramLimitExceeded,
    psycopg.errors.StatementTooComplex,
)


def load_each(loader: Loader, source: Source, batches: Iterator[Batch], tally: Tally) -> None:
    """Load each batch in a transaction of its own."""
    for batch in batches:
        _load(loader, batch, tally)
        source.report_progress(batch.done)


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


def load_together(loader: Loader, source: Source, batches: Iterator[Batch], tally: Tally) -> None:
    """Load all batches in one transaction; where an event is refused, none of them."""
    with loader.transaction():
        refused, issues = list[Rejection](), list[Issue]()
        for batch in batches:
            refused += loader.stage(batch.events, batch.rejections, batch.issues)
            issues += batch.issues
            source.report_progress(batch.done)
        if refused:
            loader.discard_events()
            issues = []
        counts = loader.load()
        tally.add(counts, refused, issues, loader.first_conflicts())
