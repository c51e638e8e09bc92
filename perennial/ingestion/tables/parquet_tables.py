"""Tables in Parquet: their rows as text and numbers, read a few thousand at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from perennial.ingestion.reports import UnreadableFileError
from perennial.ingestion.tables.cells import to_cell
from perennial.ingestion.tables.contents import Contents, distinct_names
from perennial.ingestion.tables.spill import Row

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

_ROWS_AT_ONCE = 4_000


@contextmanager
def open_parquet(path: Path) -> Iterator[Contents]:
    """The table in a Parquet file; columns that hold lists or structures are left out and named.

    A row's line is its number, from 1. Raises UnreadableFileError for a file that is damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise UnreadableFileError(f"{path} is no whole Parquet file ({error}): write it again") from error
    with file:
        yield _contents(file)


def _contents(file: "pq.ParquetFile") -> Contents:
    schema = file.schema_arrow
    kept = [field.name for field in schema if not _is_nested(field.type) and not _is_index(field.name)]
    left_out = [field.name for field in schema if _is_nested(field.type)]
    names, notes = distinct_names(kept)
    if left_out:
        notes.append(f"columns of lists or structures are left out: {', '.join(left_out)}")
    progress = _Progress()
    rows = _rows(file, kept, progress)
    return Contents(names, rows, file.metadata.num_rows, progress, "Parquet", tuple(notes))


class _Progress:
    """How many rows have been read."""

    def __init__(self) -> None:
        self.done = 0

    def __call__(self) -> int:
        return self.done


def _is_nested(type_: "pa.DataType") -> bool:
    import pyarrow as pa

    return bool(pa.types.is_nested(type_) or pa.types.is_binary(type_) or pa.types.is_large_binary(type_))


def _is_index(name: str) -> bool:
    # The number that pandas gives a row.
    return name.startswith("__index_level_")


def _rows(file: "pq.ParquetFile", columns: list[str], progress: _Progress) -> Iterator[Row]:
    for batch in file.iter_batches(_ROWS_AT_ONCE, columns=columns):
        values = [_values(batch.column(batch.schema.get_field_index(name))) for name in columns]
        for cells in zip(*values, strict=True):
            progress.done += 1
            yield Row(progress.done, list(map(to_cell, cells)))


def _values(column: "pa.Array") -> list[Any]:
    import pyarrow as pa

    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    return list(column.to_pylist())
