"""A brand with scores, outcomes and messages, written as the packages before this one write them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from perennial.as_of import snapshot_at
from perennial.database import Role, connect
from perennial.horizons import horizon_days

SUNDAY = date(2017, 9, 3)
TRAINED = date(2017, 8, 27)
KEY = "customer_id text, snapshot_on date, snapshot_at timestamptz"
MARTS = f"""
    create table marts.messages (message_id text, customer_id text, channel text, action text, occurred_at timestamptz);
    create table marts.customer_stages ({KEY}, stage text);
    create table marts.customer_features (
        {KEY}, days_since_last_order bigint, count_orders bigint, count_messages_28d bigint, department_entropy_91d
        double precision, season_sin double precision, stage text
    );
    create table marts.label_churn_risk ({KEY}, stage text, horizon_days int, label boolean);
    create table marts.label_customer_value (
        {KEY}, stage text, horizon_days int, label_orders bigint, label double precision
    );
"""


@dataclass
class Brand:
    """What the warehouse knows, and how a test adds to it."""

    home: Path

    def train(self, model: str, as_of: date = TRAINED, version: str = "1") -> None:
        with connect(Role.PUBLISHER) as connection:
            connection.execute(
                "insert into predictions.evaluations values (%s, %s, %s, 'trained', 'planted', '{}')",
                [model, version, as_of],
            )

    def score(
        self, model: str, day: date, predicted: Sequence[float], *, stage: str = "retention", version: str = "1"
    ) -> None:
        """Customers c0, c1, ... with these predictions."""
        column = "value" if model == "customer_value" else "probability"
        with connect(Role.PUBLISHER) as connection, connection.cursor() as cursor:
            cursor.executemany(
                f"insert into predictions.scores (model, as_of, as_of_at, customer_id, stage, {column}, percentile, "
                "band, reasons, model_version) values (%s, %s, %s, %s, %s, %s, 0.5, 'low', '[]', %s)",
                [
                    (model, day, snapshot_at(day), f"c{number}", stage, float(one), version)
                    for number, one in enumerate(predicted)
                ],
            )

    def happen(self, model: str, day: date, realised: Sequence[Any], *, stage: str = "retention") -> None:
        """The outcomes of c0, c1, ... within the horizon after `day`."""
        horizon = horizon_days(model)
        is_value = model == "customer_value"
        content = ", 1, %s" if is_value else ", %s"
        with connect(Role.TRANSFORMER) as connection, connection.cursor() as cursor:
            cursor.executemany(
                f"insert into marts.label_{model} values (%s, %s, %s, %s, %s{content})",
                [
                    (f"c{number}", day, snapshot_at(day), stage, horizon, float(one) if is_value else bool(one))
                    for number, one in enumerate(realised)
                ],
            )

    def consent(self, count: int) -> None:
        with connect(Role.LOADER) as connection, connection.cursor() as cursor:
            cursor.executemany(
                "insert into consent.ledger (customer_id, purpose, is_granted, valid_from, source) "
                "values (%s, 'profiling', true, '2017-01-01', 'test')",
                [(f"c{number}",) for number in range(count)],
            )

    def message(self, customers: Sequence[int], at: datetime, action: str = "delivered") -> None:
        with connect(Role.TRANSFORMER) as connection, connection.cursor() as cursor:
            cursor.executemany(
                "insert into marts.messages values (%s, %s, 'email', %s, %s)",
                [(f"m{number}{at}", f"c{number}", action, at) for number in customers],
            )

    def hold_out(self, customers: Sequence[int]) -> None:
        with connect(Role.PUBLISHER) as connection, connection.cursor() as cursor:
            cursor.executemany(
                "insert into experiments.holdout_members (customer_id, salt_digest, valid_from) "
                "values (%s, 'x', '2017-01-01')",
                [(f"c{number}",) for number in customers],
            )

    def snapshot(self, day: date, seed: int, *, silence: float = 30.0, count: int = 400) -> None:
        """Features of c0, c1, ... at the end of `day`; `silence` is their mean number of days without an order."""
        generator = np.random.default_rng(seed)
        features = zip(
            generator.poisson(silence, count).tolist(),
            generator.poisson(5, count).tolist(),
            generator.poisson(2, count).tolist(),
            generator.normal(size=count).tolist(),
            strict=True,
        )
        rows = [
            (f"c{number}", day, snapshot_at(day), *row, float(day.toordinal()), "retention")
            for number, row in enumerate(features)
        ]
        with connect(Role.TRANSFORMER) as connection, connection.cursor() as cursor:
            cursor.executemany("insert into marts.customer_features values (%s, %s, %s, %s, %s, %s, %s, %s, %s)", rows)
            cursor.executemany(
                "insert into marts.customer_stages values (%s, %s, %s, 'retention')", [row[:3] for row in rows]
            )

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with connect(Role.READER) as connection:
            return connection.execute(statement.encode()).fetchall()


@pytest.fixture
def brand(warehouse: Path) -> Brand:
    """Marts that are there and empty."""
    with connect(Role.TRANSFORMER) as connection:
        connection.execute(MARTS)
    return Brand(warehouse)


@pytest.fixture
def calibrated(brand: Brand) -> Brand:
    """400 customers of `churn_risk`, scored honestly on three Sundays by a version made before."""
    generator = np.random.default_rng(1)
    brand.train("churn_risk")
    brand.consent(400)
    for week in range(3):
        day = SUNDAY + timedelta(weeks=week)
        truth = generator.beta(2, 2, 400)
        brand.score("churn_risk", day, truth.tolist())
        brand.happen("churn_risk", day, (generator.random(400) < truth).tolist())
        brand.snapshot(day, week)
    return brand
