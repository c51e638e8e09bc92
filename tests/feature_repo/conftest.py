"""A project whose dbt contract is small, its table beside it, and the real feature repository."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from perennial.as_of import snapshot_at
from perennial.database import Role, connect
from perennial.features import close_feature_store
from perennial.settings import load_settings
from tests.small_project import write_small_project

SUNDAY, NEXT_SUNDAY = date(2017, 9, 24), date(2017, 10, 1)
CUSTOMERS = ["1", "o'Brien", "=cmd()", "Ünï \U0001f600", "'; drop table marts.customer_features; --"]
FEATURES = {
    "recency_days": "double precision",
    "count_orders": "bigint",
    "is_coupon_user": "boolean",
    "favourite_department": "text",
    "email_open_rate": "double precision",  # nobody ever got an e-mail: unknown for all
}


@dataclass
class Project:
    """A copy of the project that a test may edit, and the table that its contract describes."""

    folder: Path
    home: Path

    def write_contract(self, features: dict[str, str]) -> None:
        write_small_project(self.folder, features)


@pytest.fixture
def project(warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """A project with `FEATURES`, an empty online store, and two snapshots of `CUSTOMERS` in the warehouse."""
    created = Project(folder=tmp_path, home=warehouse)
    created.write_contract(FEATURES)
    monkeypatch.setenv("PERENNIAL_PROJECT", str(tmp_path))
    load_settings.cache_clear()
    with connect(Role.TRANSFORMER) as connection:
        create_features(connection, FEATURES)
        for day, orders in ((SUNDAY, 1), (NEXT_SUNDAY, 2)):
            for position, customer in enumerate(CUSTOMERS):
                text, flag = [(None, None), ("", True), ('wine,\n"beer"', False)][position % 3]
                write_row(connection, customer, day, (position / 3 if position else None, orders, flag, text, None))
    for customer in CUSTOMERS:
        profile(customer)
    empty_online_store()
    yield created
    close_feature_store()
    load_settings.cache_clear()


def create_features(connection: psycopg.Connection[Any], features: dict[str, str]) -> None:
    columns = ", ".join(f"{name} {kind}" for name, kind in features.items())
    connection.execute("drop table if exists marts.customer_features")
    connection.execute(
        f"create table marts.customer_features (customer_id text, snapshot_on date, snapshot_at timestamptz, {columns})"
    )


def write_row(connection: psycopg.Connection[Any], customer: str, day: date, values: tuple[Any, ...]) -> None:
    row = (customer, day, snapshot_at(day), *values)
    connection.execute(f"insert into marts.customer_features values ({', '.join(['%s'] * len(row))})", row)


def profile(customer: str, *, granted: bool = True, on: date = date(2017, 1, 1)) -> None:
    """Consent to profiling is granted or withdrawn."""
    with connect(Role.LOADER) as connection:
        connection.execute(
            "insert into consent.ledger (customer_id, purpose, is_granted, valid_from, source) "
            "values (%s, 'profiling', %s, %s, 'test')",
            [customer, granted, on],
        )


def empty_online_store() -> None:
    with redis.Redis.from_url(load_settings().require("redis_url")) as client:
        client.flushall()


@pytest.fixture
def change() -> Callable[..., None]:
    """Run one statement on the marts, as dbt would."""

    def run(statement: str, *parameters: object) -> None:
        with connect(Role.TRANSFORMER) as connection:
            connection.execute(statement, parameters)

    return run
