"""Customers with the traits that connect them, as the marts would hold them."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from perennial.database import Role, connect

BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
Connection = psycopg.Connection[Any]


@pytest.fixture
def connection(warehouse: Path) -> Iterator[Connection]:
    """Empty marts and an empty control group."""
    assert warehouse
    with connect(Role.TRANSFORMER) as transformer:
        transformer.execute(
            "create table marts.customers (customer_id text primary key, first_seen_at timestamptz, traits jsonb)"
        )
    with connect(Role.PUBLISHER, autocommit=True) as opened:
        yield opened


@pytest.fixture
def add(connection: Connection) -> Callable[..., None]:
    """`add("a", "b", email="x@y.z")`: customers known from one day after another on, all with these traits."""
    assert connection
    count = 0

    def insert(*customer_ids: str, **traits: object) -> None:
        nonlocal count
        with connect(Role.TRANSFORMER) as transformer:
            for customer_id in customer_ids:
                count += 1
                row = [customer_id, BEGINNING + timedelta(days=count), Jsonb(traits)]
                transformer.execute(
                    "insert into marts.customers values (%s, %s, %s) "
                    "on conflict (customer_id) do update set traits = excluded.traits",
                    row,
                )

    return insert
