"""Stream a query's rows out of PostgreSQL as typed Arrow batches: COPY parsed in C, in bounded memory."""

import io
from collections.abc import Iterator
from typing import Any

import psycopg
import pyarrow as pa
from pyarrow import csv

BLOCK_BYTES = 8 * 1024 * 1024

# PostgreSQL type names (pg_type.typname) and what they become; every other type arrives as its text.
ARROW_TYPES: dict[str, pa.DataType] = {
    "float8": pa.float64(),
    "float4": pa.float32(),
    "int2": pa.int16(),
    "int4": pa.int32(),
    "int8": pa.int64(),
    "numeric": pa.float64(),
    "bool": pa.bool_(),
    "date": pa.date32(),
    "timestamptz": pa.timestamp("us", tz="UTC"),
}


def stream_query(connection: psycopg.Connection[Any], query: str) -> Iterator[pa.RecordBatch]:
    """The rows of `query` in its own order, at most `BLOCK_BYTES` of text at a time; NULL stays NULL, '' stays ''.

    Columns have the types of `describe_query`. Raises psycopg's errors, such as UndefinedTable.
    """
    schema = describe_query(connection, query)
    text_columns = [field.name for field in schema if pa.types.is_string(field.type)]
    with connection.cursor() as cursor, cursor.copy(f"copy ({query}) to stdout (format csv, header true)") as copy:
        reader = csv.open_csv(
            io.BufferedReader(_CopyReader(copy), BLOCK_BYTES),
            read_options=csv.ReadOptions(block_size=BLOCK_BYTES),
            parse_options=csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
            convert_options=csv.ConvertOptions(
                column_types=schema,
                null_values=[""],
                true_values=["t"],
                false_values=["f"],
                strings_can_be_null=bool(text_columns),
                quoted_strings_can_be_null=False,
            ),
        )
        yield from reader


def read_query(connection: psycopg.Connection[Any], query: str) -> pa.Table:
    """The whole result of `query`; a table without rows still has its columns."""
    return pa.Table.from_batches(stream_query(connection, query), schema=describe_query(connection, query))


def describe_query(connection: psycopg.Connection[Any], query: str) -> pa.Schema:
    """The query's columns and their Arrow types, without running it."""
    cursor = connection.execute(f"select * from ({query}) as described limit 0")
    types = connection.adapters.types
    fields = []
    for column in cursor.description or []:
        info = types.get(column.type_code)
        fields.append(pa.field(column.name, ARROW_TYPES.get(info.name if info else "", pa.string())))
    return pa.schema(fields)


class _CopyReader(io.RawIOBase):
    """A running COPY as a file to read."""

    def __init__(self, copy: psycopg.Copy) -> None:
        self._blocks = iter(copy)
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._left = memoryview(bytes(block))
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count
