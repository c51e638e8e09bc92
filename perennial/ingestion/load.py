"""Batches into `raw`, by COPY into temporary tables and one insert under the lock that orders loads."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, LiteralString, NamedTuple

import psycopg

from perennial.ingestion.conflicts import CONTEXT, CREATE_CONFLICTS, PROPERTIES, TRAITS, find_conflicts
from perennial.ingestion.consent import COLLECT_CUSTOMERS, CREATE_ATTESTED
from perennial.ingestion.envelope import Event, Rejection
from perennial.ingestion.issues import Issue
from perennial.ingestion.lock import in_load_order
from perennial.ingestion.preferences import CREATE_STATEMENTS, record_preferences
from perennial.ingestion.rejections import fingerprint, readable
from perennial.ingestion.reports import Example, Reason
from perennial.ingestion.statements import create_names
from perennial.ingestion.suppressions import has_bounces, record_suppressions
from perennial.lifecycle import load_lifecycle

_CREATE_INCOMING = """
create temporary table incoming_events (
    line bigint, message_id text, type text, event text, user_id text, anonymous_id text,
    occurred_at timestamptz, sent_at timestamptz, received_at timestamptz, payload jsonb
) on commit delete rows;
-- Compressing what is read once, a moment later, costs more than it saves.
alter table incoming_events alter payload set storage external;
create temporary table incoming_rejections (line bigint, reason text, payload text, fingerprint text)
on commit delete rows;
create temporary table incoming_issues (
    kind text, message_id text, detail text, payload text, line bigint, fingerprint text
) on commit delete rows;
"""

_LOAD_EVENTS = f"""
insert into raw.events (
    message_id, type, event, user_id, anonymous_id, occurred_at, sent_at, received_at,
    properties, context, traits, source, load_id
)
select
    message_id, type, event, user_id, anonymous_id, occurred_at, sent_at, received_at,
    {PROPERTIES}, {CONTEXT}, {TRAITS}, %(source)s, %(load_id)s
from incoming_events
on conflict (message_id) do nothing
"""

_LOAD_REJECTIONS = """
insert into raw.rejected_events (source, line, reason, payload, fingerprint)
select %(source)s, line, reason, payload, fingerprint from incoming_rejections
on conflict (fingerprint) do nothing
"""

_LOAD_ISSUES = """
insert into raw.data_issues (kind, message_id, detail, payload, source, line, load_id, fingerprint)
select kind, message_id, detail, payload, %(source)s, line, %(load_id)s, fingerprint from incoming_issues
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
    """Events that are new, whose message id is known, of these those with other content, and refused."""

    loaded: int
    duplicate: int
    conflicting: int
    rejected: int


class Loader:
    """Stages events of one source and loads what is staged; each inside a transaction of the caller's."""

    def __init__(self, connection: psycopg.Connection[Any], source: str, *, is_attested: bool) -> None:
        self._connection = connection
        self._source = source
        self._is_attested = is_attested
        self._has_bounces = False
        with connection.transaction():
            connection.execute((_CREATE_INCOMING + CREATE_CONFLICTS + CREATE_STATEMENTS + CREATE_ATTESTED).encode())
            create_names(connection, load_lifecycle())

    def transaction(self) -> AbstractContextManager[psycopg.Transaction]:
        """What is staged within it is loaded within it, or forgotten."""
        return self._connection.transaction()

    def stage(
        self, events: Sequence[Event], rejections: Sequence[Rejection], issues: Sequence[Issue] = ()
    ) -> list[Rejection]:
        """Bring events beside the warehouse; returns those refused, PostgreSQL's own refusals included."""
        refused = list(rejections)
        self._has_bounces |= has_bounces({event.event for event in events})
        try:
            self._copy_events(events)
        except psycopg.DataError:
            storable, unstorable = self._sift(events)
            refused += unstorable
            self._copy_events(storable)
        self._copy_rejections(refused)
        self._copy_issues(issues)
        return refused

    def discard_events(self) -> None:
        """Forget the staged events and what was to be reported of them; staged rejections stay."""
        self._connection.execute("truncate incoming_events, incoming_issues")

    def load(self) -> Counts:
        """Everything staged, into `raw` and `consent`, with its row of `raw.loads`."""
        staged = self._count("select count(*) from incoming_events")
        rejected = self._count("select count(*) from incoming_rejections")
        in_load_order(self._connection)
        load_id = self._count("select nextval('raw.load_ids')")
        keys = {"source": self._source, "load_id": load_id}
        loaded = self._connection.execute(_LOAD_EVENTS.encode(), keys).rowcount
        duplicate = staged - loaded
        conflicting = find_conflicts(self._connection, load_id) if duplicate else 0
        record_preferences(self._connection, load_id, has_conflicts=conflicting > 0)
        if self._has_bounces:
            record_suppressions(self._connection, load_id)
            self._has_bounces = False
        self._connection.execute(_LOAD_REJECTIONS, keys)
        self._connection.execute(_LOAD_ISSUES, keys)
        counts = Counts(loaded, duplicate, conflicting, rejected)
        self._connection.execute(_RECORD_LOAD, keys | counts._asdict())
        if self._is_attested:
            self._connection.execute(COLLECT_CUSTOMERS)
        return counts

    def first_conflicts(self) -> list[Example]:
        """The first contents under a known message id of what was loaded, within its transaction."""
        rows = self._connection.execute(
            "select kind, line, message_id from incoming_issues where payload is not null order by line limit 1"
        )
        return [Example(kind, line, message_id) for kind, line, message_id in rows]

    def _count(self, query: LiteralString) -> int:
        ((number,),) = self._connection.execute(query).fetchall()
        return int(number)

    def _copy_events(self, events: Sequence[Event]) -> None:
        # A transaction within the caller's: a refused COPY takes back only itself.
        with (
            self._connection.transaction(),
            self._connection.cursor() as cursor,
            cursor.copy("copy incoming_events from stdin") as copy,
        ):
            for event in events:
                copy.write_row(event)

    def _copy_rejections(self, rejections: Sequence[Rejection]) -> None:
        if not rejections:
            return
        with self._connection.cursor() as cursor, cursor.copy("copy incoming_rejections from stdin") as copy:
            for rejection in rejections:
                payload, digest = readable(rejection.payload), fingerprint(self._source, rejection)
                copy.write_row((rejection.line, rejection.reason.value, payload, digest))

    def _copy_issues(self, issues: Sequence[Issue]) -> None:
        if not issues:
            return
        with self._connection.cursor() as cursor, cursor.copy("copy incoming_issues from stdin") as copy:
            for issue in issues:
                kind, digest = issue.kind.value, issue.fingerprint()
                copy.write_row((kind, issue.message_id, issue.detail, None, issue.line, digest))

    def _sift(self, events: Sequence[Event]) -> tuple[list[Event], list[Rejection]]:
        rows = self._connection.execute(_UNSTORABLE, [[event.payload for event in events]]).fetchall()
        positions = {position for (position,) in rows}
        storable = [event for position, event in enumerate(events) if position not in positions]
        unstorable = [
            Rejection(events[position].line, Reason.NOT_STORABLE, events[position].payload.encode())
            for position in sorted(positions)
        ]
        return storable, unstorable
