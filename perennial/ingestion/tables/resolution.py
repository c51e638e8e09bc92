"""Statements of an export as events: what is known already stays itself, what has changed is an update."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

import orjson
import psycopg

from perennial.ingestion.tables.statements import Statement, iso

_MOMENT = timedelta(milliseconds=1)

# Ids of one series sort between it and itself with the next letter.
_KNOWN = """
select series, events.message_id, events.event, events.occurred_at, events.properties
from unnest(%(series)s::text[]) as series
cross join lateral (
    select message_id, event, occurred_at, properties
    from raw.events
    where message_id > series || 'x' and message_id < series || 'y'
    offset 0
) as events
"""


class Novelty(StrEnum):
    """What an event is to the warehouse."""

    NEW = "new"
    UPDATE = "update"
    KNOWN = "known"


class Dated(NamedTuple):
    """An event with its id and time, and what it is to the warehouse."""

    statement: Statement
    message: dict[str, Any]
    novelty: Novelty

    def data(self) -> bytes:
        return orjson.dumps(self.message)


class _Known(NamedTuple):
    event: str | None
    occurred_at: datetime
    properties: dict[str, Any]


def date_statements(
    connection: psycopg.Connection[Any] | None, statements: Sequence[Statement], as_of: datetime | None
) -> Iterator[Dated]:
    """Each statement as an event: as it was loaded where it was, else at its time.

    One that changes what is known of its series is an "Order Updated" of the moment `as_of`, or of the one after the
    newest that is known where that is later. Without a connection everything is new.
    """
    known = _known(connection, {statement.series for statement in statements}) if connection else {}
    before: datetime | None = None
    for statement in statements:
        message_id = statement.message_id()
        of_series = known.setdefault(statement.series, {})
        message = statement.message | {"messageId": message_id}
        occurred_at = statement.occurred_at or before
        novelty = Novelty.NEW
        if loaded := of_series.get(message_id):
            novelty, occurred_at = Novelty.KNOWN, loaded.occurred_at
            message |= {"event": loaded.event, "properties": loaded.properties} if loaded.event else {}
        elif statement.is_current and of_series:
            novelty, occurred_at = Novelty.UPDATE, _after(of_series.values(), occurred_at, as_of)
            message["event"] = "Order Updated"
        if occurred_at is None:
            raise ValueError(f"line {statement.line}: a statement without a time")
        before = occurred_at
        yield Dated(statement, message | {"timestamp": iso(occurred_at)}, novelty)


def _after(known: Iterable[_Known], stated_at: datetime | None, as_of: datetime | None) -> datetime:
    newest = max(loaded.occurred_at for loaded in known) + _MOMENT
    return max(moment for moment in (newest, stated_at, as_of) if moment)


def _known(connection: psycopg.Connection[Any], series: set[str]) -> dict[str, dict[str, _Known]]:
    found: dict[str, dict[str, _Known]] = {}
    rows = connection.execute(_KNOWN, {"series": sorted(series)}).fetchall()
    for name, message_id, event, occurred_at, properties in rows:
        found.setdefault(name, {})[message_id] = _Known(event, occurred_at, properties)
    return found
