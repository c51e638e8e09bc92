"""Rows of a known distribution: weekly snapshots of customers whose label probability is planted here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psycopg
import pytest
from scipy.special import expit
from threadpoolctl import threadpool_limits

from perennial.as_of import snapshot_at
from perennial.database import Role, connect
from perennial.features import apply_feature_repo, close_feature_store
from perennial.settings import load_settings
from tests.small_project import write_small_project
from training.data.dataset import Dataset
from training.data.labels import Labels
from training.data.periods import plan_periods
from training.data.rows import Rows
from training.registry.versions import mlflow_client
from training.specs import PredictionKind, Spec, find_spec

FIRST_SUNDAY = date(2017, 1, 1)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """As in a training: threads that wait for a core would take most of the time."""
    with threadpool_limits(1):
        yield


@pytest.fixture
def make_rows() -> Callable[..., Rows]:
    """`make_rows(customers, weeks, seed)`: label yes with probability expit(1.2 mood - 0.8 log recency)."""

    def make(customers: int = 300, weeks: int = 30, seed: int = 1, shift: float = 0.0) -> Rows:
        generator = np.random.default_rng(seed)
        names = np.repeat([f"c{number:04d}" for number in range(customers)], weeks).astype(object)
        days = np.tile([FIRST_SUNDAY + timedelta(weeks=week) for week in range(weeks)], customers)
        frame = make_features(generator, len(names))
        truth = expit(true_margin(frame) + shift)
        label = (generator.random(len(names)) < truth.to_numpy()).astype(float)
        order = np.lexsort((names, days))
        stages = np.full(len(names), "engagement", dtype=object)
        messaged = np.zeros(len(names), dtype=bool)
        features = frame.iloc[order].reset_index(drop=True)
        return Rows(features, label[order], names[order], stages, messaged, days[order])

    return make


def dataset_of(spec: Spec, rows: Rows, horizon_days: int = 7) -> Dataset:
    """The rows as the dataset of a training, their labels observed after `horizon_days`."""
    days = sorted(set(rows.days))
    periods = plan_periods(days, horizon_days)
    assert periods is not None
    return Dataset(Labels(spec, days[-1]), rows, periods, "digest")


def make_features(generator: np.random.Generator, count: int) -> pd.DataFrame:
    recency, mood = generator.normal(size=count), generator.normal(size=count)
    mood[generator.random(count) < 0.1] = np.nan
    frame = {
        "days_since_last_order": np.round(np.exp(2 + recency)),
        "days_since_first_order": np.full(count, 200.0),
        "count_orders": generator.poisson(4, count) + 1.0,
        "count_orders_91d": generator.poisson(2, count).astype(float),
        "revenue": generator.gamma(2, 40, count),
        "revenue_91d": generator.gamma(2, 20, count),
        "mood": mood,
        "never_changes": np.ones(count),
        "never_known": np.full(count, np.nan),
        "department": generator.choice(np.array(["wine", "bread", "unknown"], dtype=object), count),
    }
    return pd.DataFrame(frame)


def true_margin(frame: pd.DataFrame) -> Any:
    return 1.2 * frame["mood"].fillna(0.0) - 0.8 * (np.log(frame["days_since_last_order"].clip(lower=1)) - 2)


@dataclass
class Brand:
    """A warehouse with planted labels: weekly snapshots, labels of one model, consent of everyone."""

    as_of: date
    customers: list[str]

    def withdraw(self, customer: str, purpose: str) -> None:
        with connect(Role.LOADER) as connection:
            consent(connection, [customer], purpose, granted=False)


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


@pytest.fixture
def brand(warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Brand]]:
    """`brand(model, weeks, customers)`: marts of that many weeks, registered with Feast, under a contract of their own.

    From `shift_on` on, `shift` is added to the log odds of every label.
    """
    assert warehouse.exists()
    write_small_project(tmp_path, FEATURES)
    monkeypatch.setenv("PERENNIAL_PROJECT", str(tmp_path))
    load_settings.cache_clear()

    def build(
        model: str,
        weeks: int = 30,
        customers: int = 150,
        seed: int = 1,
        shift: float = 0.0,
        shift_on: date = FIRST_SUNDAY,
    ) -> Brand:
        written = write_marts(model, weeks, customers, seed, (shift_on, shift))
        apply_feature_repo()
        return written

    yield build
    close_feature_store()
    forget_models()
    load_settings.cache_clear()


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
    connection.execute(f"create table marts.customer_stages ({key}, stage text, winback_after_days bigint)")
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


def forget_models() -> None:
    """The registry as it was before any training: MLflow is shared by the whole session."""
    client = mlflow_client()
    for model in client.search_registered_models():
        client.delete_registered_model(model.name)
