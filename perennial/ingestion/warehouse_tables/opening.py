"""A table of the warehouse as it is opened: checked against its contract, then the rows that changed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from psycopg import sql
from psycopg._typeinfo import TypesRegistry

from perennial.database import Role
from perennial.ingestion.rejections import Rejection
from perennial.ingestion.reports import Reason, UnreadableFileError
from perennial.ingestion.tables.cells import to_cell
from perennial.ingestion.tables.contents import Contents
from perennial.ingestion.tables.spill import Row
from perennial.ingestion.tables.statements import row_payload
from perennial.ingestion.warehouse_tables.contract import ALLOWED, CHANGED, TableContract, Type

_ROWS_AT_ONCE = 2_000
_OTHER = "of another type"
_NESTED = frozenset({"json", "jsonb", "bytea", "xml", _OTHER})
# Others, infinity among them, are none to Python.
_USABLE = "case when {name} between '0001-01-02' and '9999-12-30' then {name} end"


class Present(NamedTuple):
    """A column that a table has, by its name and PostgreSQL's name of its type."""

    name: str
    type: str

    def expression(self) -> sql.Composable:
        name = sql.Identifier(self.name)
        return sql.SQL(_USABLE).format(name=name) if self.type in ALLOWED[Type.MOMENT] else name


def read_columns(connection: psycopg.Connection[Any], name: str, contract: TableContract) -> list[Present]:
    """The columns of a table that keeps its contract. Raises UnreadableFileError, naming what to type, for others."""
    schema, table = name.split(".")
    try:
        with connection.transaction():
            described = connection.execute(sql.SQL("select * from {} limit 0").format(sql.Identifier(schema, table)))
    except psycopg.errors.InsufficientPrivilege as error:
        raise UnreadableFileError(
            f"{name}: {Role.LOADER} may not read it ({error.diag.message_primary}): type "
            f'grant usage on schema "{schema}" to {Role.LOADER}; grant select on "{schema}"."{table}" to {Role.LOADER};'
        ) from error
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName) as error:
        raise UnreadableFileError(
            f"{name}: there is no such table or view in the database {connection.info.dbname}: create it, or correct "
            f"tables.{contract.kind.name} in lifecycle.yml (capitals count)"
        ) from error
    types = connection.adapters.types
    columns = [Present(column.name, _type_name(types, column.type_code)) for column in described.description or ()]
    _check(name, columns, contract)
    return columns


def _type_name(types: TypesRegistry, oid: int) -> str:
    info = types.get(oid)
    return _OTHER if info is None or info.array_oid == oid else info.name


def _check(name: str, columns: Sequence[Present], contract: TableContract) -> None:
    types = dict(columns)
    missing = [column for column in contract.columns if column.is_required and column.name not in types]
    if missing:
        raise UnreadableFileError(
            f"{name} lacks {', '.join(column.name for column in missing)}, which the contract of {contract.kind.name} "
            f"has (docs/your-data.md): select it in the view; there are {', '.join(types)}"
        )
    for column in contract.columns:
        if column.name in types and types[column.name] not in ALLOWED[column.type]:
            raise UnreadableFileError(
                f"{name}: {column.name} is {types[column.name]}: select {column.name}::{column.type} in the view"
            )


@contextmanager
def open_rows(
    connection: psycopg.Connection[Any],
    name: str,
    columns: Sequence[Present],
    contract: TableContract,
    since: datetime | None,
    seen: "Newest",
) -> Iterator[Contents]:
    """The rows that changed at `since` or after, of one moment of the database; None is all of them.

    Their order is by what they say, so that the lines of an order come alike each time. `seen` is told their moments.
    """
    kept = [column for column in columns if column.type not in _NESTED]
    left_out = [column.name for column in columns if column not in kept]
    notes = (
        (f"columns of lists, structures or types of their own are left out: {', '.join(left_out)}",) if left_out else ()
    )
    names = tuple(column.name for column in kept)
    try:
        with connection.transaction(), connection.cursor("perennial_table") as cursor:
            cursor.itersize = _ROWS_AT_ONCE
            cursor.execute(_query(name, kept, contract, since), {"since": since})
            yield Contents(names, _rows(cursor, names, contract, seen), 0, lambda: 0, "in the warehouse", notes)
    except psycopg.DataError as error:
        raise UnreadableFileError(f"{name}: the view cannot be computed ({error}): mend it") from error


class Newest:
    """The newest moment of change among the rows that were read."""

    def __init__(self) -> None:
        self.moment: datetime | str | None = None

    def add(self, moment: Any) -> None:
        if self.moment is None or moment > self.moment:
            self.moment = moment


def _query(name: str, columns: Sequence[Present], contract: TableContract, since: datetime | None) -> sql.Composed:
    relation = sql.Identifier(*name.split("."))
    present = {column.name for column in columns}
    # The moment of change last: the lines of an order stay in their order where only some of them changed.
    order = [column.name for column in contract.columns if column.name in present and column.name != CHANGED]
    changed = sql.SQL("({0} >= %(since)s or {0} is null)").format(sql.Identifier(CHANGED))
    if since is None:
        condition: sql.Composable = sql.SQL("true")
    elif contract.together:
        together = sql.Identifier(contract.together)
        condition = sql.SQL("({changed} or {together} in (select {together} from {relation} where {changed}))").format(
            changed=changed, together=together, relation=relation
        )
    else:
        condition = changed
    return sql.SQL("select {} from {} where {} order by {}").format(
        sql.SQL(", ").join(column.expression() for column in columns),
        relation,
        condition,
        sql.SQL(", ").join(map(sql.Identifier, [*order, CHANGED])),
    )


def _rows(
    cursor: psycopg.ServerCursor[Any], names: Sequence[str], contract: TableContract, seen: Newest
) -> Iterator[Row | Rejection]:
    changed = names.index(CHANGED)
    together = names.index(contract.together) if contract.together else None
    for line, values in enumerate(cursor, start=1):
        cells = list(map(to_cell, values))
        if cells[changed] is None:
            yield Rejection(line, Reason.ROW_WITHOUT_CHANGE, row_payload(names, cells))
            continue
        seen.add(values[changed])
        if together is not None and cells[together] is None:
            yield Rejection(line, Reason.ROW_WITHOUT_ORDER, row_payload(names, cells))
        else:
            yield Row(line, cells)
