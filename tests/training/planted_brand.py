"""A warehouse with planted labels: marts of one model, written as dbt would build them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import psycopg
from scipy.special import expit

from perennial.as_of import snapshot_at
from perennial.database import Role, connect
from tests.training.planted_rows import FIRST_SUNDAY, make_features, true_margin
from training.specs import PredictionKind, Spec, find_spec

FEATURES = {
    "days_since_last_order": "bigint",
    "days_since_first_order": "bigint",
    "count_orders": "bigint",
    "count_orders_91d": "bigint",
    "revenue": "double precision",
    "revenue_91d": "double precision",
    "mood": "double precision",
    "is_member": "boolean",
    "department": "text",
    "season": "double precision",
}


@dataclass
class Brand:
    """Weekly snapshots up to `as_of`, labels of one model, and the consent of every customer."""

    as_of: date
    customers: list[str]

    def add_event(self) -> None:
        """The newest event is of the last day: what is done by hand is recorded for that day."""
        with connect(Role.LOADER) as connection:
            connection.execute(
                "insert into raw.events (message_id, type, user_id, occurred_at, received_at, source, load_id) "
                "values ('1', 'track', 'c0001', %s, %s, 'test', 1)",
                [self.as_of, self.as_of],
            )

    def withdraw(self, customer: str, purpose: str) -> None:
        """The customer has refused the purpose from the first day on."""
        with connect(Role.LOADER) as connection:
            consent(connection, [customer], purpose, granted=False)


def write_marts(model: str, weeks: int, customers: int, seed: int, shift: tuple[date, float]) -> Brand:
    spec, generator = find_spec(model), np.random.default_rng(seed)
    names = [f"c{number:04d}" for number in range(customers - 2)] + ["o'Brien", "Ünï; drop table x"]
    days = [FIRST_SUNDAY + timedelta(weeks=week) for week in range(weeks)]
    as_of = days[-1]
    with connect(Role.TRANSFORMER) as connection, connect(Role.LOADER) as consents:
        create_marts(connection, model, is_value=spec.kind is PredictionKind.VALUE)
        for day in days:
            write_day(connection, spec, names, day, as_of, generator, shift[1] if day >= shift[0] else 0.0)
        for purpose in ("training", "profiling"):
            consent(consents, names, purpose, granted=True)
    return Brand(as_of, names)


def create_marts(connection: psycopg.Connection[Any], model: str, *, is_value: bool) -> None:
    features = ", ".join(f"{name} {kind}" for name, kind in FEATURES.items())
    key = "customer_id text, snapshot_on date, snapshot_at timestamptz"
    label = "label double precision, label_orders bigint" if is_value else "label boolean"
    connection.execute(f"create table marts.customer_features ({key}, {features})")
    connection.execute(f"create table marts.customer_stages ({key}, stage text, winback_after_days double precision)")
    connection.execute(
        "create table marts.customers (customer_id text, first_seen_at timestamptz, first_order_at timestamptz)"
    )
    connection.execute("create table marts.messages (customer_id text, action text, occurred_at timestamptz)")
    connection.execute(f"create table marts.label_{model} ({key}, stage text, horizon_days int, {label})")


def write_day(
    connection: psycopg.Connection[Any],
    spec: Spec,
    names: list[str],
    day: date,
    as_of: date,
    generator: Any,
    shift: float,
) -> None:
    frame, keys = make_features(generator, len(names)), [(name, day, snapshot_at(day)) for name in names]
    frame["mood"] = frame["mood"].astype(object).where(frame["mood"].notna(), None)
    frame["is_member"], frame["season"] = np.arange(len(names)) % 2 == 0, float(day.toordinal())
    whole = {name: int for name, kind in FEATURES.items() if kind == "bigint"}
    features = zip(*(frame.astype(whole)[name].tolist() for name in FEATURES), strict=True)
    stage = (spec.stage or "engagement",)
    copy_into(connection, "customer_features", [key + row for key, row in zip(keys, features, strict=True)])
    copy_into(connection, "customer_stages", [(*key, *stage, 28) for key in keys])
    if day + timedelta(days=spec.horizon_days) <= as_of:
        yes = generator.random(len(names)) < expit(true_margin(frame.astype({"mood": float})) + shift).to_numpy()
        labels = [(50.0 * one, int(one)) if spec.kind is PredictionKind.VALUE else (bool(one),) for one in yes]
        observed = [(*key, *stage, spec.horizon_days, *label) for key, label in zip(keys, labels, strict=True)]
        copy_into(connection, f"label_{spec.name}", observed)


def copy_into(connection: psycopg.Connection[Any], table: str, rows: list[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"copy marts.{table} from stdin") as copy:
        for row in rows:
            copy.write_row(row)


def consent(connection: psycopg.Connection[Any], names: list[str], purpose: str, *, granted: bool) -> None:
    valid_from = FIRST_SUNDAY - timedelta(days=1) if granted else date(2030, 1, 1)
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into consent.ledger (customer_id, purpose, is_granted, valid_from, source) "
            "values (%s, %s, %s, %s, 'test')",
            [(name, purpose, granted, valid_from) for name in names],
        )


def query(statement: str) -> list[tuple[Any, ...]]:
    """The rows of a query of this folder's tests."""
    with connect(Role.READER) as connection:
        return connection.execute(statement.encode()).fetchall()
