"""Events beside the warehouse: by COPY into temporary tables, from where one statement each loads them."""

from collections.abc import Sequence
from typing import Any

import psycopg

from perennial.ingestion.events.envelope import Event
from perennial.ingestion.events.issues import Issue
from perennial.ingestion.rejections import Rejection, fingerprint, readable
from perennial.ingestion.reports import Reason

CREATE_INCOMING = """
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

_UNSTORABLE = """
select position - 1
from unnest(%s::text[]) with ordinality as staged (payload, position)
where not pg_input_is_valid(payload, 'jsonb')
"""


class Staging:
    """The temporary tables of one connection, filled within a transaction of the caller's."""

    def __init__(self, connection: psycopg.Connection[Any], source: str) -> None:
        self._connection = connection
        self._source = source

    def stage(
        self, events: Sequence[Event], rejections: Sequence[Rejection], issues: Sequence[Issue] = ()
    ) -> list[Rejection]:
        """Bring events beside the warehouse; returns those refused, PostgreSQL's own refusals included."""
        refused = list(rejections)
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
