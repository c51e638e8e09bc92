"""Batches into `raw`, by COPY into temporary tables and one insert under the lock that orders loads."""

import hashlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import psycopg

from perennial.ingestion.consent import ATTESTED_CUSTOMERS, COLLECT_CUSTOMERS, RECORD_PREFERENCES
from perennial.ingestion.envelope import Event, Rejection
from perennial.ingestion.reports import Reason

# Held from before a load_id is drawn until its commit, so that load_id grows in commit order.
LOAD_LOCK = 7_213_002
MAX_PAYLOAD_CHARACTERS = 4_000

_INCOMING = """
create temporary table incoming_events (
    line bigint, message_id text, type text, event text, user_id text, anonymous_id text,
    occurred_at timestamptz, sent_at timestamptz, received_at timestamptz, payload jsonb
) on commit delete rows;
-- Compressing what is read once, a moment later, costs more than it saves.
alter table incoming_events alter payload set storage external;
create temporary table incoming_rejections (line bigint, reason text, payload text, fingerprint text)
on commit delete rows;
"""

_LOAD_EVENTS = f"""
with loaded as (
    insert into raw.events (
        message_id, type, event, user_id, anonymous_id, occurred_at, sent_at, received_at,
        properties, context, traits, source, load_id
    )
    select
        message_id, type, event, user_id, anonymous_id, occurred_at, sent_at, received_at,
        -- The spec keeps a few things beside the properties that belong to what happened.
        coalesce(nullif(payload -> 'properties', 'null'), '{{}}') || jsonb_strip_nulls(
            case type
                when 'page' then jsonb_build_object('name', payload -> 'name', 'category', payload -> 'category')
                when 'screen' then jsonb_build_object('name', payload -> 'name', 'category', payload -> 'category')
                when 'group' then jsonb_build_object('groupId', payload -> 'groupId')
                when 'alias' then jsonb_build_object('previousId', payload -> 'previousId')
                else '{{}}'
            end
        ),
        coalesce(nullif(payload -> 'context', 'null'), '{{}}'),
        coalesce(nullif(payload -> 'traits', 'null'), '{{}}'),
        %(source)s,
        %(load_id)s
    from incoming_events
    on conflict (message_id) do nothing
    returning message_id, coalesce(user_id, anonymous_id) as customer_id, occurred_at, context
),

{RECORD_PREFERENCES}

select count(*) from loaded
"""

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
    """Lines of a batch that are new, that were known by their message_id, and that were refused."""

    loaded: int
    duplicate: int
    rejected: int


class Loader:
    """Stages lines and loads what is staged; each inside a transaction of the caller's."""

    def __init__(self, connection: psycopg.Connection[Any], source: str, *, collect_customers: bool) -> None:
        self._connection = connection
        self._source = source
        self._collect_customers = collect_customers
        with connection.transaction():
            connection.execute(_INCOMING)
            connection.execute(ATTESTED_CUSTOMERS)

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
        staged, rejected = self._one("select (select count(*) from incoming_events), count(*) from incoming_rejections")
        self._connection.execute("select pg_advisory_xact_lock(%s)", [LOAD_LOCK])
        (load_id,) = self._one("select nextval('raw.load_ids')")
        keys = {"source": self._source, "load_id": load_id}
        (loaded,) = self._one(_LOAD_EVENTS, keys)
        self._connection.execute(_LOAD_REJECTIONS, keys)
        counts = Counts(loaded, staged - loaded, rejected)
        self._connection.execute(_RECORD_LOAD, keys | counts._asdict())
        if self._collect_customers:
            self._connection.execute(COLLECT_CUSTOMERS)
        return counts

    def _one(self, query: str, parameters: dict[str, Any] | None = None) -> tuple[Any, ...]:
        row = self._connection.execute(query, parameters).fetchone()  # type: ignore[call-overload]
        assert row is not None
        return tuple(row)

    def _copy_events(self, events: Sequence[Event]) -> None:
        # A transaction within the caller's: a refused COPY takes back only itself.
        with self._connection.transaction(), self._connection.cursor() as cursor:
            with cursor.copy("copy incoming_events from stdin") as copy:
                for event in events:
                    copy.write_row(event)

    def _copy_rejections(self, rejections: Sequence[Rejection]) -> None:
        if not rejections:
            return
        with self._connection.cursor() as cursor, cursor.copy("copy incoming_rejections from stdin") as copy:
            for rejection in rejections:
                payload, print_ = readable(rejection.payload), fingerprint(self._source, rejection)
                copy.write_row((rejection.line, rejection.reason.value, payload, print_))

    def _sift(self, events: Sequence[Event]) -> tuple[list[Event], list[Rejection]]:
        rows = self._connection.execute(_UNSTORABLE, [[event.payload for event in events]]).fetchall()
        positions = {position for (position,) in rows}
        storable = [event for position, event in enumerate(events) if position not in positions]
        unstorable = [
            Rejection(events[position].line, Reason.NOT_STORABLE, events[position].payload.encode())
            for position in sorted(positions)
        ]
        return storable, unstorable


def readable(payload: bytes) -> str:
    """Refused bytes as text that PostgreSQL can hold: what is no UTF-8 is escaped, what is too long is cut."""
    text = payload[: MAX_PAYLOAD_CHARACTERS * 4].decode(errors="backslashreplace").replace("\x00", "\\x00")
    if len(text) <= MAX_PAYLOAD_CHARACTERS:
        return text
    return f"{text[:MAX_PAYLOAD_CHARACTERS]}… (cut; {len(payload):,} bytes read)"


def fingerprint(source: str, rejection: Rejection) -> str:
    """A digest of where a refused line stood and what it held, the same whenever the file is loaded again."""
    digest = hashlib.blake2b(f"{source}\n{rejection.line}\n".encode(), digest_size=16)
    digest.update(rejection.payload)
    return digest.hexdigest()
