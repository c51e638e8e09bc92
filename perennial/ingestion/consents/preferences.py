"""Consent that events carry (`context.consent.categoryPreferences`) or withdraw, into the ledger wherever it changes.

Segment asks for the consent on every event, so most of it repeats. The ledger keeps what a customer's statements amount
to: a statement of what already held is left out, and comes back as soon as a late event makes it a change.
So at any moment, the newest record of the ledger agrees with the newest statement, in whatever order events came.
"""

from collections.abc import Collection
from typing import Any

import psycopg

from perennial.ingestion.consents.statements import OF_CONFLICTS, OF_LOAD, OF_TURNED

CREATE_STATEMENTS = """
create temporary table incoming_statements (
    customer_id text, purpose text, is_granted boolean, valid_from timestamptz, message_id text, is_turn boolean
) on commit delete rows;
create temporary table incoming_turns (customer_id text, purpose text, turned_at timestamptz) on commit delete rows;
"""

# At one instant the refusal comes last, as it is the one that holds.
_CHANGES = """
with stated (customer_id, purpose, is_granted, valid_from, message_id) as ({statements}),

timeline as (
    select customer_id, purpose, is_granted, valid_from, message_id, true as is_new from stated
    union all
    select known.*, false
    from (select distinct customer_id, purpose from stated) as affected
    cross join lateral (
        select ledger.customer_id, ledger.purpose, ledger.is_granted, ledger.valid_from, ledger.message_id
        from consent.ledger
        where ledger.customer_id = affected.customer_id and ledger.purpose = affected.purpose
        -- Few customers state something in a load, many stand in the ledger: each is looked up by its key.
        offset 0
    ) as known
),

compared as (
    select
        *,
        lag(is_granted) over (
            partition by customer_id, purpose
            order by valid_from, is_granted desc, is_new, message_id
        ) as before
    from timeline
)

insert into incoming_statements
select customer_id, purpose, is_granted, valid_from, message_id, before is not null
from compared
where is_new and is_granted is distinct from before
"""

_RECORD = """
insert into consent.ledger (customer_id, purpose, is_granted, valid_from, source, message_id)
select customer_id, purpose, is_granted, valid_from, 'event', message_id from incoming_statements
on conflict do nothing
"""

_TURNED = """
insert into incoming_turns
select customer_id, purpose, min(valid_from) from incoming_statements where is_turn group by customer_id, purpose
"""

# A refusal that became known late still stands against an attestation of a later moment, unless the customer
# agreed in between.
_UPHOLD_REFUSALS = """
with upheld as (
    insert into consent.ledger (customer_id, purpose, is_granted, valid_from, source, evidence, message_id)
    select
        refused.customer_id, refused.purpose, false, attested.valid_from, 'event',
        'refused before what was attested', refused.message_id
    from incoming_statements as refused
    inner join consent.ledger as attested using (customer_id, purpose)
    where not refused.is_granted
        and attested.is_granted
        and attested.source = 'attested'
        and attested.valid_from >= refused.valid_from
        and not exists (
            select from consent.ledger as agreed
            where agreed.customer_id = refused.customer_id
                and agreed.purpose = refused.purpose
                and agreed.is_granted
                and agreed.source <> 'attested'
                and agreed.valid_from > refused.valid_from
                and agreed.valid_from <= attested.valid_from
        )
    on conflict do nothing
    returning customer_id, purpose, valid_from
)

insert into incoming_turns
select customer_id, purpose, min(valid_from) from upheld group by customer_id, purpose
"""

# Not only where it changes something: what these say cannot be read from `raw.events` again.
_REFUSE_CONFLICTING = f"""
with stated (customer_id, purpose, is_granted, valid_from, message_id) as ({OF_CONFLICTS})

insert into incoming_statements
select customer_id, purpose, is_granted, valid_from, message_id, true from stated where not is_granted
"""


def record_preferences(
    connection: psycopg.Connection[Any], load_id: int, leaving: Collection[str], *, has_conflicts: bool = False
) -> None:
    """Bring the ledger up to what the events of a load state; within the transaction that loads them.

    `leaving` are the names, as they came, of all its events that may leave a channel. With conflicts, the contents in
    `incoming_conflicts` are not in `raw.events`, but what they refuse is refused.
    """
    # In tables that grow from nothing PostgreSQL does not know yet that a customer is a small part of them.
    connection.execute("set local enable_seqscan = off")
    _record(connection, load_id, leaving, has_conflicts=has_conflicts)
    connection.execute("set local enable_seqscan to default")


def _record(
    connection: psycopg.Connection[Any], load_id: int, leaving: Collection[str], *, has_conflicts: bool
) -> None:
    refused = connection.execute(_REFUSE_CONFLICTING.encode()).rowcount if has_conflicts else 0
    if not _record_changes(connection, OF_LOAD, {"load_id": load_id, "leaving": list(leaving)}) and not refused:
        return
    if connection.execute(_TURNED).rowcount:
        _record_changes(connection, OF_TURNED, {})
    connection.execute("truncate incoming_turns")
    if connection.execute(_UPHOLD_REFUSALS).rowcount:
        _record_changes(connection, OF_TURNED, {})


def _record_changes(connection: psycopg.Connection[Any], statements: str, keys: dict[str, Any]) -> int:
    query = _CHANGES.replace("{statements}", statements)
    changes = connection.execute(query, keys).rowcount
    connection.execute(_RECORD)
    return int(changes)
