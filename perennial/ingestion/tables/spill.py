"""Rows beside the memory: in a temporary file, from where those of one order come together."""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

import orjson

from perennial.ingestion.tables.options import Cell

_CREATE = """
pragma journal_mode = off;
pragma synchronous = off;
pragma temp_store = file;
create table keys (number integer primary key, key text not null unique);
create table rows (number integer not null, line integer not null, cells blob not null);
"""
_ROWS_AT_ONCE = 2_000


class Row(NamedTuple):
    """A row of a table: the line it began on, and its cells in the order of the columns."""

    line: int
    cells: list[Cell]


class Spill:
    """Rows by the key of what they belong to, in a temporary file that is gone once it is closed.

    The file grows with the table, up to about one and a half times its (unpacked) size; memory does not: SQLite's page
    cache of 2 MB, and the rows of one key.
    """

    def __init__(self) -> None:
        # Filled by one thread and read by another, never at once.
        self._database = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._database.executescript(_CREATE)
        self._pending: list[tuple[int, int, bytes]] = []
        self._newest: tuple[str, int] | None = None
        self._database.execute("begin")

    def add(self, key: str, row: Row) -> None:
        """Keep a row; those of one key come back together, where the first of them stood."""
        if self._newest is None or self._newest[0] != key:
            self._newest = key, self._number(key)
        self._pending.append((self._newest[1], row.line, orjson.dumps(row.cells)))
        if len(self._pending) >= _ROWS_AT_ONCE:
            self._flush()

    def groups(self) -> Iterator[tuple[str, Iterable[Row]]]:
        """Each key with its rows, in the order in which they came."""
        self._flush()
        found = self._database.execute(
            "select key, line, cells from rows join keys using (number) order by rows.number, line"
        )
        for key, rows in groupby(found, key=lambda row: row[0]):
            yield str(key), (Row(line, orjson.loads(cells)) for _, line, cells in rows)

    def close(self) -> None:
        """The temporary file is gone."""
        self._database.close()

    def _number(self, key: str) -> int:
        known = self._database.execute("select number from keys where key = ?", (key,)).fetchone()
        if known:
            return int(known[0])
        return int(self._database.execute("insert into keys (key) values (?)", (key,)).lastrowid or 0)

    def _flush(self) -> None:
        self._database.executemany("insert into rows values (?, ?, ?)", self._pending)
        self._pending.clear()
