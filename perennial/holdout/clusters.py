"""Which customers are one person, or one household: connected by a shared e-mail address, phone number or household."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from perennial.tables import MARTS_CUSTOMERS

MOST_SHARED = 50
"""An identifier of more customers than this is nobody's own ("unknown@example.org") and connects no one."""


@dataclass(frozen=True)
class Clusters:
    """Only customers who share something are in it; everyone else is a cluster of one.

    `of` leads from a customer to their cluster's members, the one known longest first: that one's id stands for all.
    """

    of: Mapping[str, tuple[str, ...]]

    def representative(self, customer_id: str) -> str:
        return self.members(customer_id)[0]

    def members(self, customer_id: str) -> tuple[str, ...]:
        return self.of.get(customer_id, (customer_id,))

    def closed_over(self, customer_ids: Iterable[str]) -> list[str]:
        """These customers and everyone connected to them, sorted."""
        return sorted({member for customer_id in customer_ids for member in self.members(customer_id)})


def read_clusters(connection: psycopg.Connection[Any]) -> Clusters:
    """The clusters among `marts.customers` by their traits: addresses in lower case, phones by their digits."""
    rows = connection.execute(_SHARED_SQL, {"most": MOST_SHARED}).fetchall()
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
    return Clusters({customer_id: group for group in ordered for customer_id in group})


_SHARED_SQL = f"""
    with identifiers as (
        select distinct
            customers.customer_id,
            customers.first_seen_at,
            identifiers.kind || ':' || identifiers.text as identifier
        from {MARTS_CUSTOMERS} as customers
        cross join lateral (
            values
            ('email', lower(btrim(customers.traits ->> 'email'))),
            ('phone', regexp_replace(customers.traits ->> 'phone', '\\D', '', 'g')),
            ('household', btrim(coalesce(customers.traits ->> 'household_id', customers.traits ->> 'householdId')))
        ) as identifiers (kind, text)
        where identifiers.text <> ''
    ),

    counted as (select *, count(*) over (partition by identifier) as count_customers from identifiers)

    select customer_id, first_seen_at, identifier
    from counted
    where count_customers between 2 and %(most)s
"""
