"""What a person attests about a history whose consents were kept elsewhere."""

from dataclasses import dataclass
from typing import Any

import psycopg

from perennial.ingestion.consents.purposes import known_purposes, plain
from perennial.ingestion.lock import in_load_order
from perennial.lifecycle import load_lifecycle

CREATE_ATTESTED = "create temporary table attested_customers (customer_id text primary key, first_at timestamptz)"

COLLECT_CUSTOMERS = """
insert into attested_customers (customer_id, first_at)
select coalesce(user_id, anonymous_id), min(occurred_at) from incoming_events group by 1
on conflict (customer_id) do update set first_at = least(attested_customers.first_at, excluded.first_at)
"""

_ATTEST = """
insert into consent.ledger (customer_id, purpose, is_granted, valid_from, source, evidence)
select customers.customer_id, wanted.purpose, true, customers.first_at, 'attested', %(evidence)s
from attested_customers as customers
cross join unnest(%(purposes)s::text[]) as wanted (purpose)
left join lateral (
    select ledger.is_granted
    from consent.ledger
    where ledger.customer_id = customers.customer_id
        and ledger.purpose = wanted.purpose
        and ledger.valid_from <= customers.first_at
    order by ledger.valid_from desc, ledger.is_granted
    limit 1
) as before on true
where before.is_granted is not false
on conflict do nothing
"""


@dataclass(frozen=True)
class Attestation:
    """A person's word that every customer of a file had agreed to `purposes`, and where that is on record (`evidence`).

    Raises ValueError without a purpose or without evidence, or for a purpose that this brand does not have.
    """

    purposes: tuple[str, ...]
    evidence: str

    def __post_init__(self) -> None:
        known = known_purposes(load_lifecycle())
        unknown = [purpose for purpose in self.purposes if plain(purpose) not in known]
        if unknown or not self.purposes:
            problem = f"'{unknown[0]}' is no purpose" if unknown else "an attestation names at least one purpose"
            raise ValueError(f"{problem}; there are: {', '.join(known.values())} (channels are set in lifecycle.yml)")
        if not self.evidence.strip():
            raise ValueError("an attestation needs evidence: a text that says where the consents are on record")


def attest(connection: psycopg.Connection[Any], attestation: Attestation) -> None:
    """Grant each purpose to every collected customer from their first event in the file on.

    Whoever had refused before that moment is left out; a later refusal wins by its time; once granted, an attestation
    of the same file adds nothing.
    """
    known = known_purposes(load_lifecycle())
    purposes = sorted({known[plain(purpose)] for purpose in attestation.purposes})
    with connection.transaction():
        in_load_order(connection)
        connection.execute(_ATTEST, {"evidence": attestation.evidence, "purposes": purposes})
