"""A brand under test: its events, loaded batch by batch into raw.events, and the marts dbt makes of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from psycopg.types.json import Jsonb

from perennial.database import Role, connect
from perennial.warehouse import BuildReport, build

if TYPE_CHECKING:
    import psycopg

INSERT = """
    insert into raw.events (
        message_id, type, event, user_id, anonymous_id, occurred_at, received_at, properties, traits, source, load_id
    )
    values (
        %(message_id)s, %(type)s, %(event)s, %(user_id)s, %(anonymous_id)s, %(occurred_at)s, %(occurred_at)s,
        %(properties)s, %(traits)s, 'test', %(load_id)s
    )
"""
CONSENT = """
    insert into consent.ledger (customer_id, purpose, is_granted, valid_from, source)
    select distinct user_id, purpose, true, date '2000-01-01', 'test'
    from raw.events
    cross join unnest(array['training', 'profiling', 'email']) as purpose
    where user_id is not null
"""
Rows = list[tuple[Any, ...]]
Marts = dict[str, list[str]]


@dataclass(frozen=True)
class Event:
    """One event in the Segment spec's envelope."""

    message_id: str
    occurred_at: datetime
    event: str | None = None
    user_id: str | None = None
    anonymous_id: str | None = None
    type: str = "track"
    properties: dict[str, Any] = field(default_factory=dict)
    traits: dict[str, Any] = field(default_factory=dict)

    def parameters(self, load_id: int) -> dict[str, Any]:
        return {
            **self.__dict__,
            "properties": Jsonb(self.properties),
            "traits": Jsonb(self.traits),
            "load_id": load_id,
        }


def at(text: str) -> datetime:
    """A moment in UTC, from its ISO form."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def order(order_id: str, user_id: str, moment: str, total: float = 10.0, lines: int = 1) -> Event:
    """A completed order whose lines are alike."""
    products = [{"product_id": "p", "department": "Food", "quantity": 1, "total": total / lines}] * lines
    content = {"order_id": order_id, "total": total, "products": products}
    return Event(f"m-{order_id}", at(moment), "Order Completed", user_id, properties=content)


class Brand:
    """Loads batches, builds, and reads the marts back."""

    def __init__(self) -> None:
        self.connection: psycopg.Connection[Any] = connect(Role.OWNER, autocommit=True)

    def load(self, events: Iterable[Event]) -> int:
        """One batch, as the loader would commit it; returns its load id."""
        rows = list(events)
        with self.connection.transaction():
            [(load_id,)] = self.all("select nextval('raw.load_ids')")
            with self.connection.cursor() as cursor:
                cursor.executemany(INSERT, [event.parameters(load_id) for event in rows])
            self.connection.execute("insert into raw.loads values (%s, 'test', now(), %s, 0, 0)", [load_id, len(rows)])
        return int(load_id)

    def consent(self) -> None:
        """Everyone known so far has always consented to training, profiling and e-mail."""
        self.connection.execute(CONSENT)

    def build(
        self, as_of: date | None = None, *, select: str | None = "resource_type:model", full_refresh: bool = False
    ) -> BuildReport:
        """The models as of a day; with `select=None` dbt's data tests too."""
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("DBT_INDIRECT_SELECTION", "empty")
            return build(as_of, select=select, full_refresh=full_refresh)

    def all(self, query: str, *parameters: object) -> Rows:
        return [tuple(row) for row in self.connection.execute(query.encode(), parameters or None).fetchall()]

    def marts(self) -> Marts:
        """Every row of every mart as text, sorted, so that two builds can be compared to the last bit."""
        tables = [name for (name,) in self.all("select tablename from pg_tables where schemaname = 'marts' order by 1")]
        return {
            table: sorted(row for (row,) in self.all(f"select t::text from marts.{table} as t")) for table in tables
        }


def differences(left: Marts, right: Marts) -> dict[str, tuple[list[str], list[str]]]:
    """Per table, up to three rows that only one side has; empty when both are the same."""
    found = {}
    for table in left.keys() | right.keys():
        ours, theirs = left.get(table, []), right.get(table, [])
        if ours != theirs:
            found[table] = (sorted(set(ours) - set(theirs))[:3], sorted(set(theirs) - set(ours))[:3])
    return found


def assert_equal_to_a_full_rebuild(brand: Brand, as_of: date | None = None) -> Marts:
    """The marts as they are, after they were seen to be those that a rebuild from nothing gives."""
    grown = brand.marts()
    brand.build(as_of, full_refresh=True)
    assert differences(grown, brand.marts()) == {}
    return grown
