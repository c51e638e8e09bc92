"""How far each table of the warehouse has been read."""

from datetime import datetime
from typing import Any

import psycopg

from perennial.tables import RAW_TABLE_CURSORS


def read_cursor(connection: psycopg.Connection[Any], source: str, kind: str) -> datetime | None:
    """The newest moment of change that is in; None before the first."""
    query = f"select max(cursor) from {RAW_TABLE_CURSORS} where source = %s and kind = %s"
    row = connection.execute(query.encode(), (source, kind)).fetchone()
    return row[0] if row else None


def write_cursor(connection: psycopg.Connection[Any], source: str, kind: str, newest: Any) -> None:
    """Everything that changed until `newest` is in; one of a clock ahead of the database's counts as its now."""
    connection.execute(
        f"insert into {RAW_TABLE_CURSORS} (source, kind, cursor) "
        "values (%s, %s, least(%s::timestamptz, now())) on conflict do nothing".encode(),
        (source, kind, newest),
    )
