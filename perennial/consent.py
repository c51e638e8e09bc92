"""Who may be contacted, profiled and trained on: every package asks here, and no record means no.

The rule itself is the SQL function `consent.granted(purpose, moment)` (perennial/schema/016_consent_of_persons.sql):
granted at the moment and not withdrawn since, whatever id of the person, or address of theirs, a refusal came under; a
customer without a record is not among them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg

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
