"""The tables that `lifecycle.yml` names into `raw`, checked as files are; or shown as they will be understood."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from time import monotonic
from typing import Any

import psycopg

from perennial.database import Role, connect
from perennial.ingestion.batches import ingest_source
from perennial.ingestion.consents.attestation import Attestation
from perennial.ingestion.decoding.lines import Line
from perennial.ingestion.events.issues import Issue
from perennial.ingestion.rejections import Rejection
from perennial.ingestion.reports import IngestError, UnreadableFileError
from perennial.ingestion.source import Source
from perennial.ingestion.tables.contracts import TablePreview, TableReport
from perennial.ingestion.tables.options import DateOrder, DecimalMark, TableOptions, TotalPer
from perennial.ingestion.tables.pipeline import Understood, understand_contents
from perennial.ingestion.tables.previews import preview
from perennial.ingestion.tables.resolution import Dated
from perennial.ingestion.warehouse_tables.contract import CONTRACTS, TableContract
from perennial.ingestion.warehouse_tables.cursors import read_cursor, write_cursor
from perennial.ingestion.warehouse_tables.opening import Newest, open_rows, read_columns
from perennial.lifecycle import load_lifecycle

# Types say what the cells of a file must be asked for; what is decided by one read would be otherwise in the next.
_OPTIONS = TableOptions(
    decimal_mark=DecimalMark.POINT, date_order=DateOrder.DAY_FIRST, total_per=TotalPer.ORDER, keeps_ids=True
)
# An older read must not come in after a newer one.
_TAKE_TURNS = "select pg_advisory_lock(hashtext('perennial.ingestion.warehouse_tables'))"


def ingest_tables(*, again: bool = False, attest: Attestation | None = None) -> list[TableReport]:
    """Load what changed in the tables that `lifecycle.yml` names, or everything `again`; a report for each.

    Rows are read whose `updated_at` is at or after the newest that is in (`raw.table_cursors`), of an order all of its
    rows. They become events as those of a file do (`ingest_orders`), so that what was read before changes nothing; the
    cursor is written after them. A refused row is known again by what it says: its line is 0.

    Raises IngestError at the end where a table was not loaded, naming the fix, with the others loaded.
    """
    reports, problems = list[TableReport](), list[str]()
    for contract, name in _named():
        try:
            reports.append(_ingest(name, contract, again, attest))
        except UnreadableFileError as error:
            problems.append(str(error))
    if problems:
        raise IngestError("; ".join(problems))
    return reports


def preview_tables(*, again: bool = False) -> list[TablePreview]:
    """How `ingest_tables` would understand what it would read; nothing is written. Raises UnreadableFileError."""
    previews = []
    for contract, name in _named():
        with _understand(name, contract, again) as (understood, _, _connection):
            found = preview(understood)
            examples = tuple(replace(example, line=None) for example in found.examples)
            previews.append(replace(found, examples=examples))
    return previews


def _named() -> Iterator[tuple[TableContract, str]]:
    tables = {str(kind): table for kind, table in load_lifecycle().tables.items()}
    return ((contract, tables[kind]) for kind, contract in CONTRACTS.items() if kind in tables)


def _ingest(name: str, contract: TableContract, again: bool, attest: Attestation | None) -> TableReport:
    started = monotonic()
    with _understand(name, contract, again) as (understood, newest, connection):
        ingested = ingest_source(Source(name, _lines(understood)), attestation=attest)
        if newest.moment is not None:
            write_cursor(connection, name, contract.kind.name, newest.moment)
        return TableReport(understood.reading, replace(ingested, seconds=monotonic() - started))


@contextmanager
def _understand(
    name: str, contract: TableContract, again: bool
) -> Iterator[tuple[Understood, Newest, psycopg.Connection[Any]]]:
    newest = Newest()
    with connect(Role.LOADER, autocommit=True, options="-c timezone=UTC") as connection:
        connection.execute(_TAKE_TURNS)
        columns = read_columns(connection, name, contract)
        since = None if again else read_cursor(connection, name, contract.kind.name)
        opened = open_rows(connection, name, columns, contract, since, newest)
        with understand_contents(
            opened, name, contract.kind, lambda contents: contract.columns_of(contents.columns), _OPTIONS
        ) as understood:
            yield understood, newest, connection


def _lines(understood: Understood) -> Iterator[Line | Rejection | Issue]:
    # A row has no place in a table: the one of this read would be another in the next.
    for outcome in understood.outcomes():
        if isinstance(outcome, Dated):
            yield Line(0, outcome.data())
        elif isinstance(outcome, Rejection):
            yield outcome._replace(line=0)
        else:
            yield outcome._replace(line=None)
