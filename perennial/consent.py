"""Who may be contacted, profiled and trained on: every package asks here, and no record means no.

The rule itself is the SQL function `consent.granted(purpose, moment)` (perennial/schema/016_consent_of_persons.sql):
granted at the moment and not withdrawn since, whatever id of the person, or address of theirs, a refusal came under; a
customer without a record is not among them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

PROFILING = "profiling"
TRAINING = "training"

CONTACTABLE_SQL = """
    select granted.customer_id, array_agg(wanted.channel order by wanted.channel) as channels
    from unnest(%(channels)s::text[]) as wanted (channel)
    cross join lateral consent.granted(wanted.channel, %(moment)s) as granted
    where not exists (
        select from consent.suppressed(wanted.channel, %(moment)s) as suppressed
        where suppressed.customer_id = granted.customer_id
    )
    group by granted.customer_id
"""
"""Customers with at least one consented channel whose address still takes messages, and which channels.

Parameters: channels (text[]), moment (timestamptz). A suppression counts at once, for earlier moments too.
"""


TIES: Mapping[str | None, str] = {
    None: "",
    "own": "another id of the same person",
    "device": "a device of theirs, or its user",
    "shared device": "another user of the same device",
    "email": "who has the same e-mail address",
    "phone": "who has the same phone number",
    "household": "who lives in the same household",
}
"""How the id under which a statement was made is tied to the one it counts for (`tie`)."""


@dataclass(frozen=True)
class ConsentStatement:
    """A grant or refusal that counts for a customer: by `source`, under the id `stated_by`, tied to theirs by `tie`."""

    purpose: str
    is_granted: bool
    valid_from: datetime
    source: str
    evidence: str | None
    message_id: str | None
    stated_by: str
    tie: str | None

    def __str__(self) -> str:
        verb = "Granted" if self.is_granted else "Refused or withdrawn"
        by = f" by {self.stated_by}, {TIES[self.tie]}" if self.tie else ""
        return f"{verb} on {self.valid_from.date().isoformat()}{by} ({self.source})."


def read_statements(connection: psycopg.Connection[Any], customer_id: str) -> list[ConsentStatement]:
    """Every statement that counts for a customer, of each purpose the newest first, which is the one that holds."""
    with connection.cursor(row_factory=class_row(ConsentStatement)) as cursor:
        return cursor.execute(
            "select * from consent.statements_about(%s) as statements "
            "order by purpose, valid_from desc, is_granted, tie is not null, tie, stated_by",
            [customer_id],
        ).fetchall()


def newest_statement(connection: psycopg.Connection[Any], customer_id: str, purpose: str) -> ConsentStatement | None:
    """The statement about a purpose that holds for a customer now; None where nothing was ever stated."""
    found = (one for one in read_statements(connection, customer_id) if one.purpose == purpose)
    return next(found, None)


def consented_customers(connection: psycopg.Connection[Any], purpose: str, moment: datetime) -> set[str]:
    """The customers whose consent for `purpose` stood at `moment` and has not been withdrawn since."""
    rows = connection.execute("select customer_id from consent.granted(%s, %s)", [purpose, moment])
    return {customer_id for (customer_id,) in rows}


def contactable_channels(
    connection: psycopg.Connection[Any], channels: Sequence[str], moment: datetime
) -> dict[str, list[str]]:
    """Each contactable customer's consented channels among `channels`; nobody without a record is in it."""
    rows = connection.execute(CONTACTABLE_SQL, {"channels": list(channels), "moment": moment})
    return dict(rows.fetchall())
