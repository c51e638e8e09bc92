"""What became of a table: how it was understood, and what went into the warehouse or would."""

from dataclasses import dataclass, field
from typing import Any

from perennial.ingestion.reports import Example, IngestReport
from perennial.ingestion.tables.columns import Column


@dataclass(frozen=True)
class TableReading:
    """How a table was understood: its form, the columns that are read and those that are not, and what was decided.

    `source` is its name in `raw`, `count_rows` that of its usable rows.
    """

    source: str
    form: str
    columns: tuple[Column, ...]
    unread_columns: tuple[str, ...]
    count_rows: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class TableReport:
    """A table that was ingested: how it was understood, and what became of the events that its rows stated."""

    reading: TableReading
    ingested: IngestReport


@dataclass(frozen=True)
class PreviewedEvent:
    """An event as it will be understood: what it is to the warehouse, the line of its first row, and its message."""

    novelty: str
    line: int
    message: dict[str, Any]


@dataclass(frozen=True)
class TablePreview:
    """A table that was read and not ingested: how it is understood, its first events, and how many there are.

    `counts` has the events by name, each by what it is to the warehouse: new, update or known. `reasons` counts rows or
    orders that will be refused, `issues` what will be reported; `examples` has the first of each.
    """

    reading: TableReading
    first: tuple[PreviewedEvent, ...]
    counts: dict[str, dict[str, int]]
    reasons: dict[str, int]
    issues: dict[str, int]
    examples: tuple[Example, ...] = field(default=())
