"""Compare what two homes hold, row for row and digit for digit: `python benchmarks/compare_homes.py HOME OTHER`.

For a release that should change no result: run the same commands in a home of each release (with one
`PERENNIAL_HOLDOUT_SALT`, so that the same customers are held out), leave both running, and compare. Names are compared
through `renames.yml` beside this file; ids of runs, addresses and clock times are left out. In sentences the figures
are compared, not the words. Exit code 1 when anything differs.
"""

import argparse
import hashlib
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
import yaml

from perennial.database import Role, connect
from perennial.settings import HOME_VARIABLE, load_settings

RENAMES: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("renames.yml").read_text())
SCHEMAS = ("marts", "predictions", "audiences", "experiments", "gate", "consent", "raw")
FIGURE = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?%?")
SHOWN = 3

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Difference:
    """A table's rows that one home has and the other has not, some of them shown."""

    table: str
    rows: int
    other_rows: int
    count_different: int
    examples: tuple[str, ...]

    def __str__(self) -> str:
        if not self.count_different:
            return f"{self.table:34} {self.rows:>11,} rows   equal"
        counts = f"{self.rows:,} and {self.other_rows:,} rows"
        head = f"{self.table:34} {counts}   DIFFERENT: {self.count_different:,} rows have no equal"
        return "\n".join([head, *(f"      {example}" for example in self.examples)])


def main() -> None:
    """Print a line for each table, and what differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("home", type=Path)
    parser.add_argument("other", type=Path)
    chosen = parser.parse_args()
    with open_home(chosen.home) as here, open_home(chosen.other) as there:
        tables = sorted({*list_tables(here), *list_tables(there)} - set(RENAMES["ignored_tables"]))
        found = [compare(here, there, table) for table in tables]
    print("\n".join(map(str, found)))
    different = [one.table for one in found if one.count_different]
    print(f"{len(found)} tables, {len(different)} different{': ' + ', '.join(different) if different else ''}")
    sys.exit(bool(different))


def open_home(home: Path) -> psycopg.Connection[Any]:
    """A connection to a running home's warehouse."""
    os.environ[HOME_VARIABLE] = str(home)
    load_settings.cache_clear()
    return connect(Role.OWNER)


def list_tables(connection: psycopg.Connection[Any]) -> list[str]:
    """The tables that are compared, by their newest names."""
    rows = connection.execute(
        "select table_schema || '.' || table_name from information_schema.tables where table_schema = any(%s)",
        [list(SCHEMAS)],
    )
    return [RENAMES["tables"].get(name, name) for (name,) in rows]


def compare(here: psycopg.Connection[Any], there: psycopg.Connection[Any], table: str) -> Difference:
    """Both homes' rows of a table, as multisets of canonical rows; their digests are kept, not the rows."""
    first, second = (Counter(map(digest, read_rows(home, table))) for home in (here, there))
    odd = (first - second, second - first)
    examples = [
        f"{name} {dict(row)}"
        for name, home, digests in (("first ", here, odd[0]), ("second", there, odd[1]))
        if digests
        for row in islice((row for row in read_rows(home, table) if digest(row) in digests), SHOWN)
    ]
    return Difference(table, first.total(), second.total(), odd[0].total() + odd[1].total(), tuple(examples))


def digest(row: Row) -> bytes:
    """A row in 16 bytes."""
    return hashlib.blake2b(repr(row).encode(), digest_size=16).digest()


def read_rows(connection: psycopg.Connection[Any], table: str) -> Iterator[Row]:
    """Every row of the table: sorted (name, value) pairs, flattened, renamed, without what is left out."""
    old_name = next((old for old, new in RENAMES["tables"].items() if new == table), table)
    name = table if _exists(connection, table) else old_name
    if not _exists(connection, name):
        return
    with connection.cursor(name="compared", row_factory=psycopg.rows.dict_row) as cursor:
        for row in cursor.execute(f"select * from {name}".encode()):
            yield canonical(table, row)


def _exists(connection: psycopg.Connection[Any], table: str) -> bool:
    return connection.execute("select to_regclass(%s)", [table]).fetchone() != (None,)


def canonical(table: str, row: dict[str, Any]) -> Row:
    """One row as sorted (path, value) pairs. Two names of one thing fall together and have to agree."""
    ignored = {*RENAMES["ignored_columns"], *RENAMES["ignored_columns_of"].get(table, [])}
    values: dict[str, Any] = {}
    for path, value in flatten(table, row):
        if set(path.split(".")) & ignored:
            continue
        if path in values and values[path] != value:
            values[path + " (old name)"] = value
        values[path] = value
    return tuple(sorted(values.items()))


def flatten(table: str, value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf of a row with its path, names and words replaced by the newest ones."""
    if isinstance(value, dict):
        for name, inner in value.items():
            renamed = RENAMES["names"].get(name, name)
            yield from flatten(table, inner, f"{path}.{renamed}".lstrip("."))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from flatten(table, inner, f"{path}.{number}")
    elif isinstance(value, str):
        yield path, _text(path, value)
    elif value is not None:
        yield path, value


def _text(path: str, text: str) -> str:
    if path.rsplit(".", maxsplit=1)[-1] in RENAMES["prose"]:
        return " ".join(FIGURE.findall(text))
    return str(RENAMES["values"].get(text, text))


if __name__ == "__main__":
    main()
