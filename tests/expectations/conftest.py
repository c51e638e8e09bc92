"""A small brand whose marts are healthy, kept in schemas of its own so that every test may break a copy."""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from expectations import validate_marts, validate_raw
from perennial.database import Role, connect
from perennial.ingestion import ingest_file
from perennial.lifecycle import load_lifecycle
from perennial.warehouse import build
from tests.conftest import empty_warehouse

BEFORE = date(2019, 6, 30)
AS_OF = date(2019, 7, 9)
RAW_TABLES = ("raw.events", "raw.loads", "raw.rejected_events")
Message = dict[str, Any]
Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class Brand:
    """The healthy brand as of `as_of`; gate.runs holds a good run of it as of `before`."""

    connection: Connection
    as_of: date = AS_OF
    before: date = BEFORE

    def alter(self, statements: str, **values: Any) -> None:
        """Break something, as the owner of the server."""
        for statement in statements.split(";"):
            if statement.strip():
                self.connection.execute(statement, {"as_of": self.as_of, "before": self.before, **values})

    def restore_runs(self) -> None:
        """Let gate.runs hold the good run as of `before` and no other."""
        self.connection.execute("truncate gate.runs restart identity")
        self.connection.execute("insert into gate.runs overriding system value select * from kept.gate_runs")
        # The rows brought their own ids: the next run must not take one of them again.
        self.connection.execute("select setval('gate.runs_gate_run_id_seq', max(gate_run_id)) from gate.runs")

    def become(self, day: date, *, keep_runs: bool = False) -> None:
        """Let the marts be those built as of `before` or `as_of`; without `keep_runs` the gate has never run."""
        restore(self.connection, {BEFORE: "kept_before", AS_OF: "kept"}[day], keep_runs=keep_runs)


def brand(customers: list[str], first: date, last: date, *, seed: int, has_messages: bool = True) -> Iterator[Message]:
    """Orders of every customer at a pace of their own, and a campaign each month; the same for the same seed."""
    generator = random.Random(seed)
    for customer in customers:
        pace = generator.uniform(1.5, 6)
        time = datetime.combine(first, datetime.min.time(), UTC) + timedelta(days=generator.uniform(0, 20))
        quits = time + timedelta(days=generator.choice([40, 90, 1000, 1000, 1000]))
        while time < min(quits, datetime.combine(last, datetime.max.time(), UTC)):
            yield order(generator, customer, time)
            time += timedelta(days=generator.expovariate(1 / pace) + 0.2)
        if has_messages:
            yield from campaigns(generator, customer, first, last)


def order(generator: random.Random, customer: str, time: datetime) -> Message:
    number = f"{generator.getrandbits(64):016x}"
    prices = [generator.randrange(100, 2000) / 100 for _ in range(generator.randint(1, 3))]
    products = [
        {
            "product_id": f"p{price}",
            "department": generator.choice("ABCD"),
            "price": price,
            "quantity": 1,
            "total": price,
        }
        for price in prices
    ]
    properties = {"order_id": f"o-{number}", "total": round(sum(prices), 2), "currency": "EUR", "products": products}
    return message(f"m-{number}", customer, "Order Completed", time, properties)


def campaigns(generator: random.Random, customer: str, first: date, last: date) -> Iterator[Message]:
    for month in range(1 + (last - first).days // 30):
        time = datetime.combine(first, datetime.min.time(), UTC) + timedelta(days=30 * month + 25)
        if generator.random() < 0.5 and time.date() < last:
            number = f"{generator.getrandbits(64):016x}"
            yield message(f"c-{number}", customer, "Email Delivered", time, {"campaign_id": f"month-{month}"})


def message(message_id: str, customer: str, event: str, time: datetime, properties: Message) -> Message:
    envelope = {"type": "track", "messageId": message_id, "userId": customer, "event": event}
    return envelope | {"timestamp": time.isoformat(), "properties": properties}


def write(path: Path, messages: Iterator[Message]) -> Path:
    path.write_text("\n".join(json.dumps(each) for each in messages) + "\n")
    return path


@pytest.fixture(scope="session")
def kept(platform_home: Path) -> Iterator[None]:
    """The brand's raw events and its marts as of both days, in schemas of their own, and the gate's first run."""
    with connect(Role.OWNER, autocommit=True) as connection:
        empty_warehouse()
        ingest_file(
            write(platform_home / "brand.jsonl", brand([f"c{n}" for n in range(150)], date(2019, 1, 7), AS_OF, seed=5))
        )
        for day, schema in ((BEFORE, "kept_before"), (AS_OF, "kept")):
            build(day)
            copy(connection, schema)
        restore(connection, "kept_before")
        validate_raw(BEFORE)
        validate_marts(BEFORE)
        connection.execute("create table kept.gate_runs as table gate.runs")
        yield
        for schema in ("kept_before", "kept"):
            connection.execute(f"drop schema if exists {schema} cascade")


@pytest.fixture
def healthy(kept: None) -> Iterator[Brand]:  # noqa: ARG001  # what it has put aside is restored here
    """The brand as of its newest day, after a good run of the gate nine days before; each test may break it."""
    with connect(Role.OWNER, autocommit=True) as connection:
        restore(connection, "kept")
        healthy = Brand(connection)
        healthy.restore_runs()
        yield healthy


@pytest.fixture
def write_brand() -> Callable[..., Path]:
    """Write the events of a brand of one's own to a file."""

    def make(
        path: Path, customers: list[str], first: date, last: date, *, seed: int, has_messages: bool = True
    ) -> Path:
        return write(path, brand(customers, first, last, seed=seed, has_messages=has_messages))

    return make


@pytest.fixture
def set_by_hand(platform_home: Path) -> Iterator[Callable[[str], None]]:
    """Write the home's lifecycle.yml, as a person would; afterwards it is as it was."""
    path = platform_home / "lifecycle.yml"
    before = path.read_text()

    def set_to(text: str) -> None:
        path.write_text(text)
        load_lifecycle.cache_clear()

    yield set_to
    path.write_text(before)
    load_lifecycle.cache_clear()


def empty(connection: Connection, *, keep_runs: bool = False) -> None:
    tables = ("consent.ledger", *RAW_TABLES, *(() if keep_runs else ("gate.runs",)))
    connection.execute(f"truncate {', '.join(tables)} restart identity")


def marts(connection: Connection, schema: str = "marts") -> list[str]:
    rows = connection.execute("select tablename from pg_tables where schemaname = %s order by 1", [schema])
    return [str(name) for (name,) in rows if not str(name).startswith("raw_") and name != "gate_runs"]


def copy(connection: Connection, schema: str) -> None:
    connection.execute(f"drop schema if exists {schema} cascade")
    connection.execute(f"create schema {schema}")
    for table in marts(connection):
        connection.execute(f"create table {schema}.{table} as table marts.{table}")
    for table in RAW_TABLES:
        connection.execute(f"create table {schema}.{table.replace('.', '_')} as table {table}")


def restore(connection: Connection, schema: str, *, keep_runs: bool = False) -> None:
    empty(connection, keep_runs=keep_runs)
    for table in RAW_TABLES:
        connection.execute(f"insert into {table} overriding system value table {schema}.{table.replace('.', '_')}")
    for table in marts(connection):
        connection.execute(f"drop table marts.{table} cascade")
    connection.execute(f"grant usage on schema {schema} to transformer")
    connection.execute(f"grant select on all tables in schema {schema} to transformer")
    connection.execute("set role transformer")
    for table in marts(connection, schema):
        connection.execute(f"create table marts.{table} as table {schema}.{table}")
    connection.execute("reset role")
    connection.execute("analyze " + ", ".join(["raw.events", *(f"marts.{table}" for table in marts(connection))]))
