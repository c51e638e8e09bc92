"""A stage's own trial, from the tables that publishing and the warehouse leave, to the segments it supports."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest

from perennial.as_of import snapshot_at
from perennial.database import Role, connect
from perennial.features import apply_feature_repo, close_feature_store
from perennial.settings import load_settings
from perennial.stage_trials import StageUplift, estimate_stage
from tests.small_project import write_small_project

pytestmark = pytest.mark.integration

ENTERED, LATER = date(2020, 3, 1), date(2020, 4, 30)
FEATURES = {"count_orders_91d": "bigint", "discount_share": "double precision"}
MARTS = """
    create table marts.customers (customer_id text primary key, first_seen_at timestamptz, traits jsonb);
    create table marts.customer_stages (snapshot_on date);
    insert into marts.customer_stages values ('2020-04-30');
    create table marts.orders (customer_id text, ordered_at timestamptz, net_revenue numeric, is_cancelled boolean);
    create table marts.customer_features (
        customer_id text, snapshot_on date, snapshot_at timestamptz, count_orders_91d bigint,
        discount_share double precision
    );
"""
Trial = Callable[..., None]


@pytest.fixture
def trial(warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Trial]:
    """`trial(customers, effect)`: lapsed customers, half held out; a message adds `effect(discount_share)`."""
    assert warehouse
    write_small_project(tmp_path, FEATURES)
    monkeypatch.setenv("PERENNIAL_PROJECT", str(tmp_path))
    load_settings.cache_clear()
    with connect(Role.OWNER, autocommit=True) as connection:
        connection.execute("set role transformer")
        connection.execute(MARTS)
        connection.execute("reset role")
        apply_feature_repo()
        yield lambda customers, effect: _fill(connection, customers, effect)
    close_feature_store()
    load_settings.cache_clear()


def _fill(connection: psycopg.Connection[Any], customers: int, effect: Callable[[float], float]) -> None:
    random, moment = np.random.default_rng(4), snapshot_at(ENTERED)
    names = [f"c{number:05d}" for number in range(customers)]
    held = [bool(draw) for draw in random.random(customers) < 0.5]
    fond = random.random(customers)
    spent = [
        20 + 5 * random.normal() + (0 if is_held else effect(share)) for share, is_held in zip(fond, held, strict=True)
    ]
    connection.execute(
        "insert into audiences.runs values ('w', 'winback', %s, %s, 'a rule', null, %s, 'x', 0, %s)",
        [ENTERED, moment, customers, sum(held)],
    )
    members = [
        ("w", name, rank, None, None, None, "[]", ["email"], moment, is_held)
        for rank, (name, is_held) in enumerate(zip(names, held, strict=True))
    ]
    _copy(connection, "audiences.members", members)
    _copy(connection, "marts.customers (customer_id)", [(name,) for name in names])
    _consent(connection, names)
    orders = random.integers(0, 9, customers)
    snapshots = [
        (name, ENTERED, moment, int(count), float(share))
        for name, count, share in zip(names, orders, fond, strict=True)
    ]
    _copy(connection, "marts.customer_features", snapshots)
    bought = [(name, moment + timedelta(days=3), amount, False) for name, amount in zip(names, spent, strict=True)]
    _copy(connection, "marts.orders", bought)


def enter_late(customers: int) -> None:
    """Customers who entered five days before `LATER`, half of them fond of discounts."""
    entered = LATER - timedelta(days=5)
    moment = snapshot_at(entered)
    names = [f"late{number:05d}" for number in range(customers)]
    with connect(Role.OWNER) as connection:
        connection.execute(
            "insert into audiences.runs values ('l', 'winback', %s, %s, 'a rule', null, %s, 'x', 0, 0)",
            [entered, moment, customers],
        )
        members = [
            ("l", name, rank, None, None, None, "[]", ["email"], moment, False) for rank, name in enumerate(names)
        ]
        _copy(connection, "audiences.members", members)
        _copy(connection, "marts.customers (customer_id)", [(name,) for name in names])
        _consent(connection, names)
        known = [(name, entered, moment, 3, 0.1 + 0.8 * (number % 2)) for number, name in enumerate(names)]
        _copy(connection, "marts.customer_features", known)


def _consent(connection: psycopg.Connection[Any], names: list[str], *, granted: bool = True) -> None:
    rows = [(name, "training", granted, snapshot_at(ENTERED - timedelta(days=granted)), "test") for name in names]
    _copy(connection, "consent.ledger (customer_id, purpose, is_granted, valid_from, source)", rows)


def _copy(connection: psycopg.Connection[Any], table: str, rows: list[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"copy {table} from stdin".encode()) as copy:
        for row in rows:
            copy.write_row(row)


def written() -> list[tuple[Any, ...]]:
    with connect(Role.READER) as connection:
        return connection.execute(
            "select uplift.segment, count(*), "
            "avg(((features.discount_share > 0.5) = (uplift.segment = 'persuadables'))::int) > 0.95 "
            "from predictions.uplift join marts.customer_features as features using (customer_id) group by 1 order by 1"
        ).fetchall()


def test_persuadables_and_sleeping_dogs_are_found_and_written(trial: Trial) -> None:
    trial(2000, lambda share: 12.0 if share > 0.5 else -12.0)
    found = estimate_stage("winback", LATER)
    assert found.verdict == "personalise"
    assert found.segments.keys() == {"persuadables", "do_not_disturb"}
    assert written() == [
        ("do_not_disturb", found.segments["do_not_disturb"], True),
        ("persuadables", found.segments["persuadables"], True),
    ]
    assert sum(found.segments.values()) > 1500


def test_customers_who_entered_since_get_predictions_from_the_trial(trial: Trial) -> None:
    trial(2000, lambda share: 12.0 if share > 0.5 else -12.0)
    enter_late(100)
    found = estimate_stage("winback", LATER)
    assert found.count_messaged + found.count_holdout == 2000
    with connect(Role.READER) as connection:
        late = connection.execute(
            "select segment, discount_share, count(*) from predictions.uplift "
            "join marts.customer_features using (customer_id) where customer_id like 'late%' group by 1, 2 order by 1"
        ).fetchall()
    assert late == [("do_not_disturb", pytest.approx(0.1), 50), ("persuadables", pytest.approx(0.9), 50)]


def test_the_same_effect_for_all_supports_no_segment_and_takes_back_those_written(trial: Trial) -> None:
    trial(1000, lambda _: 6.0)
    with connect(Role.PUBLISHER) as connection:
        connection.execute(
            "insert into predictions.uplift values ('winback', %s, 'c00001', 'persuadables', 1, 0, 2, 'old')", [LATER]
        )
    found = estimate_stage("winback", LATER)
    assert (found.verdict, found.segments) == ("treat_everyone", {})
    assert written() == []


def test_too_few_with_a_closed_horizon_cannot_tell(trial: Trial) -> None:
    trial(600, lambda _: 6.0)
    found = estimate_stage("winback", ENTERED + timedelta(days=5))
    assert isinstance(found, StageUplift)
    assert (found.verdict, found.count_messaged) == ("cannot_tell", 0)
    assert "at least 200 of each are needed" in found.sentence


def test_nobody_without_consent_to_training_is_learnt_from(trial: Trial) -> None:
    trial(2000, lambda share: 12.0 if share > 0.5 else -12.0)
    with connect(Role.OWNER) as connection:
        _consent(connection, [f"c{number:05d}" for number in range(1700)], granted=False)
    found = estimate_stage("winback", LATER)
    assert found.count_messaged + found.count_holdout == 300
    assert (found.verdict, found.segments) == ("cannot_tell", {})


def test_withdrawals_that_differ_by_arm_end_the_estimate(trial: Trial) -> None:
    trial(2000, lambda share: 12.0 if share > 0.5 else -12.0)
    with connect(Role.OWNER) as connection:
        rows = connection.execute("select customer_id from audiences.members where not is_holdout order by 1 limit 100")
        gone = [(name, "training", False, snapshot_at(ENTERED + timedelta(days=3)), "test") for (name,) in rows]
        _copy(connection, "consent.ledger (customer_id, purpose, is_granted, valid_from, source)", gone)
    found = estimate_stage("winback", LATER)
    assert found.verdict == "cannot_tell"
    assert "withdrawn more in one arm than chance allows" in found.sentence
