"""A small brand with stages, consent, scores and a gate, written as the packages before this one write them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from psycopg.types.json import Jsonb

from perennial.as_of import snapshot_at
from perennial.database import Role, connect
from perennial.features import apply_feature_repo, close_feature_store, materialize
from perennial.lifecycle import load_lifecycle
from perennial.settings import load_settings
from tests.small_project import write_small_project

SUNDAY, NEXT_SUNDAY = date(2017, 9, 24), date(2017, 10, 1)
EVERYTHING = ("profiling", "training", "email", "sms")
BEGINNING = datetime(2017, 1, 1, tzinfo=UTC)

MARTS = """
    create table marts.customers (
        customer_id text primary key, first_seen_at timestamptz, last_seen_on date, traits jsonb default '{}'
    );
    create table marts.customer_stages (
        customer_id text, snapshot_on date, snapshot_at timestamptz, stage text, entered_on date,
        count_orders bigint, days_since_last_order bigint, usual_gap_days double precision,
        days_silent bigint, slipping_after_days double precision, winback_after_days double precision,
        steadiness double precision
    );
    create table marts.customer_features (
        customer_id text, snapshot_on date, snapshot_at timestamptz, days_since_last_order bigint, top_department text
    );
"""


@dataclass
class Brand:
    """What the warehouse knows, and how a test changes it."""

    home: Path

    def add(self, customer_id: str, stage: str, day: date = SUNDAY, **known: Any) -> None:
        """A customer in a stage at the end of `day`; `silent` days since the last order, `gap` between orders."""
        silent, gap, orders = known.get("silent", 10), known.get("gap", 7.0), known.get("orders", 5)
        slipping = 1.5 * gap if gap else 20.0
        row = (customer_id, day, snapshot_at(day), stage, known.get("entered_on", day), orders, silent, gap)
        with connect(Role.TRANSFORMER) as connection:
            connection.execute(
                "insert into marts.customers values (%s, %s, %s, %s) on conflict do nothing",
                [customer_id, BEGINNING, known.get("last_seen_on", day), Jsonb(known.get("traits", {}))],
            )
            connection.execute(
                "insert into marts.customer_stages values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                (*row, silent, slipping, 2 * slipping, known.get("steadiness", 1.0)),
            )
            connection.execute(
                "insert into marts.customer_features values (%s, %s, %s, %s, 'GROCERY')",
                [customer_id, day, snapshot_at(day), silent],
            )

    def consent(
        self, customer_id: str, purposes: Sequence[str] = EVERYTHING, *, granted: bool = True, at: datetime = BEGINNING
    ) -> None:
        with connect(Role.LOADER) as connection:
            for purpose in purposes:
                connection.execute(
                    "insert into consent.ledger (customer_id, purpose, is_granted, valid_from, source) "
                    "values (%s, %s, %s, %s, 'test')",
                    [customer_id, purpose, granted, at],
                )

    def score(self, model: str, day: date, scores: dict[str, float], version: str = "3") -> None:
        with connect(Role.PUBLISHER) as connection:
            for customer_id, probability in scores.items():
                reasons = Jsonb([{"feature": "f", "text": f"because of {customer_id}", "effect": 0.1, "value": 1}])
                connection.execute(
                    "insert into predictions.scores values (%s, %s, %s, %s, 'x', %s, null, %s, 'high', %s, %s)",
                    [model, day, snapshot_at(day), customer_id, probability, probability, reasons, version],
                )

    def gate(self, day: date, *, passes: bool = True) -> None:
        failures = [] if passes else [_FAILURE]
        with connect(Role.PUBLISHER) as connection:
            connection.execute(
                "insert into gate.runs "
                "(suite, as_of, is_success, count_critical, count_warnings, statistics, failures) "
                "values ('marts', %s, %s, %s, 0, '{}', %s)",
                [day, passes, len(failures), Jsonb(failures)],
            )

    def event(self, day: date) -> None:
        """An event of `day`, so that it is the newest."""
        moment = datetime.combine(day, datetime.min.time(), tzinfo=UTC) + timedelta(hours=12)
        with connect(Role.LOADER) as connection:
            connection.execute(
                "insert into raw.events (message_id, type, user_id, occurred_at, received_at, source, load_id) "
                "values (%s, 'page', '1', %s, now(), 'test', 1)",
                [f"event-{day}", moment],
            )

    def serve(self, day: date) -> None:
        """Features and scores of `day` are in the online store."""
        apply_feature_repo()
        materialize(day)


_FAILURE = {
    "check": "orders add up to their lines",
    "severity": "critical",
    "expected": "a difference of 0",
    "observed": "12.5",
    "meaning": "",
}


@pytest.fixture
def brand(warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Brand]:
    """Empty marts under a passed gate of `SUNDAY`, nobody held out, and an empty online store."""
    write_small_project(tmp_path, {"days_since_last_order": "bigint", "top_department": "text"})
    monkeypatch.setenv("PERENNIAL_PROJECT", str(tmp_path))
    lifecycle = warehouse / "lifecycle.yml"
    before = lifecycle.read_text()
    lifecycle.write_text("holdout_share: 0\n")
    _forget()
    with connect(Role.TRANSFORMER) as connection:
        connection.execute(MARTS)
    with redis.Redis.from_url(load_settings().require("redis_url")) as client:
        client.flushall()
    created = Brand(warehouse)
    created.gate(SUNDAY)
    created.event(SUNDAY)
    yield created
    close_feature_store()
    lifecycle.write_text(before)
    _forget()


def _forget() -> None:
    load_settings.cache_clear()
    load_lifecycle.cache_clear()
