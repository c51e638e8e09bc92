"""A table from its file to events: read once to be understood, then turned into what its rows state."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from perennial.database import Role, connect
from perennial.ingestion.events.issues import Issue
from perennial.ingestion.events.rules import rules_of
from perennial.ingestion.rejections import Rejection
from perennial.ingestion.reports import Progress, Reason, UnreadableFileError
from perennial.ingestion.tables.columns import Columns, find_columns
from perennial.ingestion.tables.contents import Contents
from perennial.ingestion.tables.contracts import TableReading
from perennial.ingestion.tables.descriptions import describe, lacking
from perennial.ingestion.tables.evidence import RowEvidence
from perennial.ingestion.tables.kinds import TableKind
from perennial.ingestion.tables.matching import SaleFinder
from perennial.ingestion.tables.opening import open_table, source_name
from perennial.ingestion.tables.options import Findings, TableOptions
from perennial.ingestion.tables.reading import CellReader
from perennial.ingestion.tables.resolution import Dated, Export, date_statements
from perennial.ingestion.tables.spill import Row, Spill
from perennial.ingestion.tables.statements import Stated, Statement, distinct
from perennial.lifecycle import load_lifecycle
from perennial.settings import HomeNotReadyError

_REFUSED = "refused"
_STATEMENTS_AT_ONCE = 2_000
_PROGRESS_ROWS = 10_000
# Two imports at once would each think an order new that both hold.
_TAKE_TURNS = "select pg_advisory_lock(hashtext('perennial.ingestion.tables'))"


@dataclass
class Understood:
    """A table whose rows lie in a temporary file, and how each is to be read; `done` counts its rows that were."""

    kind: TableKind
    reading: TableReading
    reader: CellReader
    names: tuple[str, ...]
    size: int
    spill: Spill
    connection: psycopg.Connection[Any] | None
    done: int = 0

    def position(self) -> int:
        """How much of it is done, in the unit of `size`; its first reading was the first half of all."""
        return self.size + self.size * self.done // max(self.reading.count_rows, 1)

    def outcomes(self) -> Iterator[Dated | Rejection | Issue]:
        """Everything that its rows state, with its id and time; what is refused, and what is to be reported."""
        finder = SaleFinder(self.connection)
        try:
            statements = list[Statement]()
            for stated in distinct(finder.match_all(self._stated())):
                if not isinstance(stated, Statement):
                    yield stated
                    continue
                # One without a time belongs to the one before it.
                if len(statements) >= _STATEMENTS_AT_ONCE and stated.occurred_at:
                    yield from self._dated(statements)
                    statements.clear()
                statements.append(stated)
            yield from self._dated(statements)
        finally:
            finder.close()

    def _stated(self) -> Iterator[Stated]:
        for key, rows in self.spill.groups():
            counted = self._counted(rows)
            if key == _REFUSED:
                yield from (_unspilled(row) for row in counted)
            else:
                yield from self.kind.state(self.reader, self.names, key, counted)

    def _counted(self, rows: Any) -> Iterator[Row]:
        for row in rows:
            self.done += 1
            yield row

    def _dated(self, statements: list[Statement]) -> Iterator[Dated]:
        export = Export(self.reader.findings.as_of, self.reader.options.as_of is not None)
        return date_statements(self.connection, statements, export)


@contextmanager
def understand(
    path_or_dash: str | Path,
    kind: TableKind,
    given: Mapping[str, str],
    options: TableOptions,
    *,
    progress: Progress | None = None,
    needs_database: bool = True,
) -> Iterator[Understood]:
    """The table in a file, read once. Raises InputError and UnreadableFileError, naming the option that helps."""
    name = source_name(path_or_dash)

    def columns_of(contents: Contents) -> Columns:
        columns = find_columns(contents.columns, kind.roles, given)
        _require(kind, columns, options, contents, str(path_or_dash))
        return columns

    opened = open_table(path_or_dash, options)
    with understand_contents(
        opened, name, kind, columns_of, options, progress=progress, needs_database=needs_database
    ) as understood:
        yield understood


@contextmanager
def understand_contents(
    opened: AbstractContextManager[Contents],
    name: str,
    kind: TableKind,
    columns_of: Callable[[Contents], Columns],
    options: TableOptions,
    *,
    progress: Progress | None = None,
    needs_database: bool = True,
) -> Iterator[Understood]:
    """A table from anywhere, read once and then closed; `name` is its source in `raw`."""
    nobody = rules_of(load_lifecycle()).ids_of_nobody
    spill = Spill()
    try:
        with opened as contents:
            columns = columns_of(contents)
            evidence = RowEvidence(columns, options)
            reader = CellReader(columns, options, Findings(), nobody)
            _read(contents, kind, reader, spill, evidence, progress)
            findings = evidence.decide(name)
            reader = CellReader(columns, options, findings, nobody)
            reading = describe(name, contents, columns, findings, has_traits=kind.has_traits)
            names, size = contents.columns, contents.size
        with _connection(needs_database=needs_database) as connection:
            yield Understood(kind, reading, reader, names, size, spill, connection)
    finally:
        spill.close()


def _read(
    contents: Contents,
    kind: TableKind,
    reader: CellReader,
    spill: Spill,
    evidence: RowEvidence,
    progress: Progress | None,
) -> None:
    for number, row in enumerate(contents.rows, start=1):
        if isinstance(row, Rejection):
            spill.add(_REFUSED, Row(row.line, [row.reason.value, row.payload.decode(errors="backslashreplace")]))
        else:
            key = kind.key(reader, contents.columns, row)
            spill.add(key, row)
            evidence.add(key, row.cells)
        if progress and number % _PROGRESS_ROWS == 0:
            progress(contents.position(), 2 * contents.size)


def _unspilled(row: Row) -> Rejection:
    reason, payload = row.cells
    return Rejection(row.line, Reason(str(reason)), str(payload).encode())


@contextmanager
def _connection(*, needs_database: bool) -> Iterator[psycopg.Connection[Any] | None]:
    with ExitStack() as stack:
        try:
            connection = stack.enter_context(connect(Role.LOADER, autocommit=True))
        except (psycopg.OperationalError, HomeNotReadyError):
            if needs_database:
                raise
            yield None
            return
        if needs_database:
            connection.execute(_TAKE_TURNS)
        yield connection


def _require(kind: TableKind, columns: Columns, options: TableOptions, contents: Contents, name: str) -> None:
    for roles in kind.required:
        is_dated = kind.is_dated and options.as_of is not None and roles == ("time",)
        if not is_dated and not any(map(columns.has, roles)):
            raise UnreadableFileError(lacking(name, kind.name, roles, contents, is_dated=kind.is_dated))
