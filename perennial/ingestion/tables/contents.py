"""A table as it is opened: its columns, and its rows as they are read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from perennial.ingestion.rejections import Rejection
from perennial.ingestion.tables.spill import Row


@dataclass(frozen=True)
class Contents:
    """The columns of a table, each under a name of its own, and its rows; `form` says how the file was read.

    `rows` can be read once; a row that cannot be used comes as its rejection. `size` and `position` measure how far
    they have been read, in one unit. `notes` say what of the table is odd.
    """

    columns: tuple[str, ...]
    rows: Iterator[Row | Rejection]
    size: int
    position: Callable[[], int]
    form: str
    notes: tuple[str, ...] = ()


def distinct_names(header: list[str]) -> tuple[tuple[str, ...], list[str]]:
    """A name for every column, and notes of those that had none, or one of another's."""
    names: list[str] = []
    notes = []
    for position, title in enumerate(header, start=1):
        name = " ".join(title.split()) or f"column {position}"
        if name in names:
            count = 2
            while f"{name} ({count})" in names:
                count += 1
            notes.append(f"several columns are called {name!r}: the first is read, another is {f'{name} ({count})'!r}")
            name = f"{name} ({count})"
        names.append(name)
    return tuple(names), notes
