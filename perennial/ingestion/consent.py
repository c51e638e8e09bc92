"""Consent into `consent.ledger`: what events carry, and what a person attests about a history without them."""

from dataclasses import dataclass
from typing import Any

import psycopg

ATTESTED = "attested"

# A further CTE after `loaded` (message_id, customer_id, occurred_at, context) of the statement that loads events.
# Anything but true refuses: a preference that cannot be read is no consent.
RECORD_PREFERENCES = """
recorded as (
    insert into consent.ledger (customer_id, purpose, is_granted, valid_from, source, message_id)
    select
        loaded.customer_id, preference.key, preference.value = 'true', loaded.occurred_at, 'event', loaded.message_id
    from loaded
    cross join lateral jsonb_each(nullif(loaded.context #> '{consent,categoryPreferences}', 'null')) as preference
    on conflict do nothing
)
"""

ATTESTED_CUSTOMERS = """
create temporary table attested_customers (customer_id text primary key, first_at timestamptz)
"""

COLLECT_CUSTOMERS = """
insert into attested_customers (customer_id, first_at)
select coalesce(user_id, anonymous_id), min(occurred_at) from incoming_events group by 1
on conflict (customer_id) do update set first_at = least(attested_customers.first_at, excluded.first_at)
"""

_ATTEST = """
insert into consent.ledger (customer_id, purpose, is_granted, valid_from, source, evidence)
select customers.customer_id, purpose, true, customers.first_at, %(source)s, %(evidence)s
from attested_customers as customers
cross join unnest(%(purposes)s::text[]) as purpose
left join lateral (
    select is_granted
    from consent.ledger
    where ledger.customer_id = customers.customer_id
        and ledger.purpose = purpose
        and ledger.valid_from <= customers.first_at
    order by valid_from desc, is_granted
    limit 1
) as before on true
where before.is_granted is not false
on conflict do nothing
"""


@dataclass(frozen=True)
class Attestation:
    """A person's word that every customer of a file had agreed to `purposes`, and where that is kept (`evidence`).

    Raises ValueError without a purpose or without evidence.
    """

    purposes: tuple[str, ...]
    evidence: str

    def __post_init__(self) -> None:
        if not self.purposes or not all(purpose.strip() for purpose in self.purposes):
            raise ValueError("an attestation names at least one purpose: profiling, training, or a channel such as email")
        if not self.evidence.strip():
            raise ValueError("an attestation says where the consents are kept: give the evidence as a text")


def attest(connection: psycopg.Connection[Any], attestation: Attestation) -> None:
    """Grant each purpose to every collected customer from their first event on, unless they had refused before it."""
    connection.execute(
        _ATTEST,
        {"source": ATTESTED, "evidence": attestation.evidence, "purposes": list(attestation.purposes)},
    )
