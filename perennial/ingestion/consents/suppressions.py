"""Addresses that bounced for good: suppressed from then on, which is no refusal of the customer's."""

from collections.abc import Iterable
from typing import Any

import psycopg

from perennial.ingestion.consents.purposes import fold_sql
from perennial.ingestion.consents.withdrawals import BOUNCES, SOFT_BOUNCES, that_may_fold_to

CHANNEL = "email"
_TYPES = ["type", "bounce_type", "bounceType", "bounce_category", "bounceCategory", "classification"]

# A bounce that does not say what it is counts as permanent.
_SUPPRESS = f"""
insert into consent.suppressions (customer_id, channel, address, since, reason, source, message_id)
select
    coalesce(user_id, anonymous_id),
    '{CHANNEL}',
    nullif(left(lower(btrim(coalesce(
        properties ->> 'email', properties ->> 'email_address', properties ->> 'recipient', properties ->> 'to',
        context #>> '{{traits,email}}', traits ->> 'email'
    ))), 320), ''),
    occurred_at,
    'bounce',
    'event',
    message_id
from raw.events
where
    load_id = %(load_id)s
    and type = 'track'
    and {fold_sql("event")} = any(%(bounces)s)
    and not exists (
        select from unnest(%(types)s::text[]) as name
        where {fold_sql("properties ->> name")} like any(%(soft)s)
    )
on conflict do nothing
"""


def has_bounces(names: Iterable[str | None]) -> bool:
    """Whether any of these events is a bounce that may suppress an address."""
    return bool(that_may_fold_to(names, BOUNCES))


def record_suppressions(connection: psycopg.Connection[Any], load_id: int) -> None:
    """Suppress the address of every permanent or untyped bounce of a load; within the transaction that loads it."""
    soft = [f"{name}%" for name in SOFT_BOUNCES]
    keys = {"load_id": load_id, "bounces": BOUNCES, "soft": soft, "types": _TYPES}
    connection.execute(_SUPPRESS.encode(), keys)
