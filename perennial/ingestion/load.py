"""Batches into `raw`, by COPY into temporary tables and one insert under the lock that orders loads."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, LiteralString, NamedTuple

import psycopg

from perennial.ingestion.consent import COLLECT_CUSTOMERS, CREATE_ATTESTED
from perennial.ingestion.envelope import Event, Rejection
from perennial.ingestion.lock import in_load_order
from perennial.ingestion.preferences import CREATE_STATEMENTS, record_preferences
from perennial.ingestion.rejections import fingerprint, readable
from perennial.ingestion.reports import Reason

_CREATE_INCOMING = """
create temporary table incoming_events (
    line bigint, message_id text, type text, event text, user_id text, anonymous_id text,
    occurred_at timestamptz, sent_at timestamptz, received_at timestamptz, payload jsonb
) on commit delete rows;
-- Compressing what is read once, a moment later, costs more than it saves.
alter table incoming_events alter payload set storage external;
create temporary table incoming_rejections (line bigint, reason text, payload text, fingerprint text)
on commit delete rows;
"""

# The spec keeps a few fields beside the properties that belong to what happened; they are put among them.
_LOAD_EVENTS = """
insert into raw.events (
    message_id, type, event, user_id, anonymous_id, occurred_at, sent_at, received_at,
    properties, context, traits, source, load_id
)
select
    message_id, type, event, user_id, anonymous_id, occurred_at, sent_at, received_at,
    coalesce(nullif(payload -> 'properties', 'null'), '{}') || jsonb_strip_nulls(
        case
            when type in ('page', 'screen') then
                jsonb_build_object('name', payload -> 'name', 'category', payload -> 'category')
            when type = 'group' then jsonb_build_object('groupId', payload -> 'groupId')
            when type = 'alias' then jsonb_build_object('previousId', payload -> 'previousId')
            else '{}'
        end
    ),
    coalesce(nullif(payload -> 'context', 'null'), '{}'),
    coalesce(nullif(payload -> 'traits', 'null'), '{}'),
    %(source)s,
    %(load_id)s
from incoming_events
where payload is not null
on conflict (message_id) do nothing
"""

_KNOWN = "select message_id from raw.events where message_id = any(%s)"

_LOAD_REJECTIONS = """
insert into raw.rejected_events (source, line, reason, payload, fingerprint)
select %(source)s, line, reason, payload, fingerprint from incoming_rejections
on conflict (fingerprint) do nothing
"""

_RECORD_LOAD = """
insert into raw.loads (load_id, source, count_loaded, count_duplicate, count_rejected)
values (%(load_id)s, %(source)s, %(loaded)s, %(duplicate)s, %(rejected)s)
"""

_UNSTORABLE = """
select position - 1
from unnest(%s::text[]) with ordinality as staged (payload, position)
where not pg_input_is_valid(payload, 'jsonb')
"""


class Counts(NamedTuple):
    """Lines that are new, that were known by their message_id, and that were refused."""

    loaded: int
    duplicate: int
    rejected: int


class Loader:
    """Stages lines of one source and loads what is staged; each inside a transaction of the caller's."""

    def __init__(self, connection: psycopg.Connection[Any], source: str, *, is_attested: bool) -> None:
        self._connection = connection
        self._source = source
        self._is_attested = is_attested
        with connection.transaction():
            connection.execute(_CREATE_INCOMING + CREATE_STATEMENTS + CREATE_ATTESTED)

    def transaction(self) -> AbstractContextManager[psycopg.Transaction]:
        """What is staged within it is loaded within it, or forgotten."""
        return self._connection.transaction()

    def stage(self, events: Sequence[Event], rejections: Sequence[Rejection]) -> list[Rejection]:
        """Bring lines beside the warehouse; returns those refused, PostgreSQL's own refusals included."""
        refused = list(rejections)
        try:
            self._copy_events(events)
        except psycopg.DataError:
            storable, unstorable = self._sift(events)
            refused += unstorable
            self._copy_events(storable)
        self._copy_rejections(refused)
        return refused

    def discard_events(self) -> None:
        """Forget the staged events; staged rejections stay."""
        self._connection.execute("truncate incoming_events")

    def load(self) -> Counts:
        """Everything staged, into `raw` and `consent`, with its row of `raw.loads`."""
        staged = self._count("select count(*) from incoming_events")
        rejected = self._count("select count(*) from incoming_rejections")
        in_load_order(self._connection)
        load_id = self._count("select nextval('raw.load_ids')")
        keys = {"source": self._source, "load_id": load_id}
        loaded = self._connection.execute(_LOAD_EVENTS, keys).rowcount
        record_preferences(self._connection, load_id)
        self._connection.execute(_LOAD_REJECTIONS, keys)
        counts = Counts(loaded, staged - loaded, rejected)
        self._connection.execute(_RECORD_LOAD, keys | counts._asdict())
        if self._is_attested:
            self._connection.execute(COLLECT_CUSTOMERS)
        return counts

    def _count(self, query: LiteralString) -> int:
        ((number,),) = self._connection.execute(query).fetchall()
        return int(number)

    def _copy_events(self, events: Sequence[Event]) -> None:
        rows = self._connection.execute(_KNOWN, [[event.message_id for event in events]])
        known = {message_id for (message_id,) in rows}
        # A transaction within the caller's: a refused COPY takes back only itself.
        with (
            self._connection.transaction(),
            self._connection.cursor() as cursor,
            cursor.copy("copy incoming_events from stdin") as copy,
        ):
            for event in events:
                # What is loaded already is counted, but its payload need not travel and be parsed again.
                copy.write_row((*event[:-1], None) if event.message_id in known else event)

    def _copy_rejections(self, rejections: Sequence[Rejection]) -> None:
        if not rejections:
            return
        with self._connection.cursor() as cursor, cursor.copy("copy incoming_rejections from stdin") as copy:
            for rejection in rejections:
                payload, digest = readable(rejection.payload), fingerprint(self._source, rejection)
                copy.write_row((rejection.line, rejection.reason.value, payload, digest))

    def _sift(self, events: Sequence[Event]) -> tuple[list[Event], list[Rejection]]:
        rows = self._connection.execute(_UNSTORABLE, [[event.payload for event in events]]).fetchall()
        positions = {position for (position,) in rows}
        storable = [event for position, event in enumerate(events) if position not in positions]
        unstorable = [
            Rejection(events[position].line, Reason.NOT_STORABLE, events[position].payload.encode())
            for position in sorted(positions)
        ]
        return storable, unstorable
