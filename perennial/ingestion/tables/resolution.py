"""Statements of an export as events: what is known already stays itself, what has changed is an update."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

import orjson
import psycopg

from perennial.ingestion.tables.statements import Statement, digest, iso

_MOMENT = timedelta(milliseconds=1)
_ORDER, _UPDATE = "Order Completed", "Order Updated"

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
    EARLIER = "earlier"


class Export(NamedTuple):
    """The moment of a table, None where nothing in it has one; `is_stated` where a person said so."""

    as_of: datetime | None
    is_stated: bool


class Dated(NamedTuple):
    """An event with its id and time, and what it is to the warehouse."""

    statement: Statement
    message: dict[str, Any]
    occurred_at: datetime
    novelty: Novelty

    def data(self) -> bytes:
        return orjson.dumps(self.message)


class _Known(NamedTuple):
    event: str | None
    occurred_at: datetime
    properties: dict[str, Any]


def date_statements(
    connection: psycopg.Connection[Any] | None, statements: Sequence[Statement], export: Export
) -> Iterator[Dated]:
    """Each statement as an event: as it was loaded where it was, else at its time.

    One that changes what is known of its series is an update (of an order, an "Order Updated") of its own moment of
    change, or the export's, or of the one after the newest that is known where that is later. One that an earlier
    export had stated, and a later one otherwise, holds again only where its own moment or a stated one of the export
    says so: else it is that earlier export once more. Without a connection everything is new.
    """
    known = _known(connection, {statement.series for statement in statements}) if connection else {}
    before: datetime | None = None
    for statement in statements:
        stated_at = statement.occurred_at or before
        if stated_at is None:
            raise ValueError(f"line {statement.line}: a statement without a time")
        dated = _date(statement, stated_at, known.get(statement.series, {}), export)
        before = dated.occurred_at
        yield dated


def _date(statement: Statement, stated_at: datetime, known: dict[str, _Known], export: Export) -> Dated:
    content_id = statement.message_id()
    if not known:
        return _dated(statement, statement.message, content_id, stated_at, Novelty.NEW)
    newest = max(known, key=lambda message_id: known[message_id].occurred_at)
    loaded = next((message_id for message_id in (newest, *known) if message_id.startswith(content_id)), None)
    is_newest = newest.startswith(content_id) or not statement.is_current
    changed_at = statement.changed_at or (export.as_of if export.is_stated else None)
    if loaded and (is_newest or changed_at is None or changed_at <= known[newest].occurred_at):
        kept = known[loaded]
        message = statement.message
        if kept.event:
            message = message | {"event": kept.event, "properties": kept.properties}
        return _dated(statement, message, loaded, kept.occurred_at, Novelty.KNOWN if is_newest else Novelty.EARLIER)
    if not statement.is_current:
        return _dated(statement, statement.message, content_id, stated_at, Novelty.NEW)
    candidates = (known[newest].occurred_at + _MOMENT, stated_at, statement.changed_at or export.as_of)
    occurred_at = max(filter(None, candidates))
    message = statement.message
    if message.get("event") == _ORDER:
        message = message | {"event": _UPDATE}
    again = f"r{digest(iso(occurred_at))}" if loaded else ""
    return _dated(statement, message, content_id + again, occurred_at, Novelty.UPDATE)


def _dated(
    statement: Statement, message: dict[str, Any], message_id: str, occurred_at: datetime, novelty: Novelty
) -> Dated:
    message = message | {"messageId": message_id, "timestamp": iso(occurred_at)}
    return Dated(statement, message, occurred_at, novelty)


def _known(connection: psycopg.Connection[Any], series: set[str]) -> dict[str, dict[str, _Known]]:
    found: dict[str, dict[str, _Known]] = {}
    rows = connection.execute(_KNOWN, {"series": sorted(series)}).fetchall()
    for name, message_id, event, occurred_at, properties in rows:
        found.setdefault(name, {})[message_id] = _Known(event, occurred_at, properties)
    return found
