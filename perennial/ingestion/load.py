"""Staged batches into `raw` and `consent`, under the lock that orders loads."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, LiteralString, NamedTuple

import psycopg

from perennial.ingestion.conflicts import CONTEXT, CREATE_CONFLICTS, PROPERTIES, TRAITS, find_conflicts
from perennial.ingestion.consents.attestation import COLLECT_CUSTOMERS, CREATE_ATTESTED
from perennial.ingestion.consents.preferences import CREATE_STATEMENTS, record_preferences
from perennial.ingestion.consents.statements import create_names
from perennial.ingestion.consents.suppressions import has_bounces, record_suppressions
from perennial.ingestion.consents.withdrawals import that_may_fold_to, withdrawals
from perennial.ingestion.events.envelope import Event
from perennial.ingestion.events.issues import Issue
from perennial.ingestion.lock import in_load_order
from perennial.ingestion.rejections import Rejection
from perennial.ingestion.reports import Example
from perennial.ingestion.staging import CREATE_INCOMING, Staging
from perennial.lifecycle import load_lifecycle

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
        self._staging = Staging(connection, source)
        self._is_attested = is_attested
        self._has_bounces = False
        self._leaving = set[str]()
        lifecycle = load_lifecycle()
        self._withdrawals = withdrawals(lifecycle)
        with connection.transaction():
            connection.execute((CREATE_INCOMING + CREATE_CONFLICTS + CREATE_STATEMENTS + CREATE_ATTESTED).encode())
            create_names(connection, lifecycle)

    def transaction(self) -> AbstractContextManager[psycopg.Transaction]:
        """What is staged within it is loaded within it, or forgotten."""
        return self._connection.transaction()

    def stage(
        self, events: Sequence[Event], rejections: Sequence[Rejection], issues: Sequence[Issue] = ()
    ) -> list[Rejection]:
        """Bring events beside the warehouse; returns those refused, PostgreSQL's own refusals included."""
        names = {event.event for event in events}
        self._has_bounces |= has_bounces(names)
        self._leaving |= that_may_fold_to(names, self._withdrawals)
        return self._staging.stage(events, rejections, issues)

    def discard_events(self) -> None:
        """Forget the staged events and what was to be reported of them; staged rejections stay."""
        self._staging.discard_events()

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
        self._connection.execute("select identity.extend(%s)", [load_id])
        record_preferences(self._connection, load_id, self._leaving, has_conflicts=conflicting > 0)
        self._leaving.clear()
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
