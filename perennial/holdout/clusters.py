"""Which ids are one person, or tied: by aliases, a device, a shared e-mail address, phone number or household."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg

from perennial.tables import MARTS_CUSTOMERS

MOST_SHARED = 50
"""An identifier of more customers than this is nobody's own ("unknown@example.org") and connects no one.

The same number as `identity.most_shared()` (perennial/schema/015_identity.sql).
"""


@dataclass(frozen=True)
class Clusters:
    """Only customers who share something are in it; everyone else is a cluster of one.

    `of` leads from a customer to their cluster's members, the one known longest first: that one's id stands for all.
    `known_since`: when each of them was first seen.
    """

    of: Mapping[str, tuple[str, ...]]
    known_since: Mapping[str, datetime] = field(default_factory=dict)

    def representative(self, customer_id: str) -> str:
        return self.members(customer_id)[0]

    def members(self, customer_id: str) -> tuple[str, ...]:
        return self.of.get(customer_id, (customer_id,))

    def closed_over(self, customer_ids: Iterable[str]) -> list[str]:
        """These customers and everyone connected to them, sorted."""
        return sorted({member for customer_id in customer_ids for member in self.members(customer_id)})


def read_clusters(connection: psycopg.Connection[Any], moment: datetime | None = None) -> Clusters:
    """The clusters as known before `moment` (None: now): addresses in lower case, phones by their digits.

    What the traits in `marts.customers` share, and what events said of aliases, devices and traits.
    """
    rows = connection.execute(_SHARED_SQL, {"most": MOST_SHARED, "moment": moment}).fetchall()
    return _connected(rows)


Seniority = tuple[datetime, str]


def _connected(rows: list[tuple[str, datetime, str]]) -> Clusters:
    """Union-find over (customer_id, first_seen_at, shared identifier)."""
    parents: dict[str, str] = {}

    def root(node: str) -> str:
        parents.setdefault(node, node)
        while parents[node] != node:
            parents[node] = parents[parents[node]]
            node = parents[node]
        return node

    seniority: dict[str, Seniority] = {}
    for customer_id, first_seen_at, identifier in rows:
        seniority[customer_id] = (first_seen_at, customer_id)
        parents[root(f"c {customer_id}")] = root(f"i {identifier}")
    members: dict[str, list[str]] = defaultdict(list)
    for customer_id in seniority:
        members[root(f"c {customer_id}")].append(customer_id)
    ordered = (tuple(sorted(group, key=seniority.__getitem__)) for group in members.values())
    known_since = {customer_id: first_seen_at for customer_id, (first_seen_at, _) in seniority.items()}
    return Clusters({customer_id: group for group in ordered for customer_id in group}, known_since)


_SHARED_SQL = f"""
    with known as (select coalesce(%(moment)s::timestamptz, 'infinity') as moment),

    of_traits as (
        select customers.customer_id, identifiers.kind, identifiers.text
        from {MARTS_CUSTOMERS} as customers
        cross join lateral (
            values
            ('email', lower(btrim(customers.traits ->> 'email'))),
            ('phone', regexp_replace(customers.traits ->> 'phone', '\\D', '', 'g')),
            ('household', btrim(coalesce(customers.traits ->> 'household_id', customers.traits ->> 'householdId')))
        ) as identifiers (kind, text)
        where identifiers.text <> ''
    ),

    of_events as (
        select customer_id, kind, value as text, first_at
        from identity.identifiers
        union all
        select used.customer_id, 'device', anonymous_id, first_at
        from identity.device_users
        cross join lateral (values (user_id), (anonymous_id)) as used (customer_id)
        union all
        select named.customer_id, 'person', persons.person_id, named.first_at
        from known
        cross join lateral (
            select id as customer_id, min(occurred_at) as first_at
            from identity.aliases
            cross join lateral (values (old_id), (new_id)) as named (id)
            where occurred_at < known.moment
            group by id
        ) as named
        cross join lateral identity.persons_at(array[named.customer_id], known.moment) as persons
    ),

    identifiers as (
        select customer_id, kind, text, min(first_at) as first_at
        from (
            select *, null::timestamptz as first_at from of_traits
            union all
            select of_events.* from of_events inner join known on of_events.first_at < known.moment
        ) as stated
        group by customer_id, kind, text
    ),

    counted as (
        select
            *,
            -- A device stands beside those who use it; aliases join however many.
            count(*) over (partition by kind, text) - (kind = 'device')::int as count_customers,
            min(first_at) over (partition by customer_id) as named_at
        from identifiers
    )

    select counted.customer_id, coalesce(customers.first_seen_at, counted.named_at), kind || ':' || text
    from counted
    left join {MARTS_CUSTOMERS} as customers on counted.customer_id = customers.customer_id
    where count_customers >= 2 - (kind = 'device')::int and (count_customers <= %(most)s or kind = 'person')
"""
