"""Brands of odd shapes, loaded and built: every order counted, and stages that fit what is planted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from perennial.ingestion import ingest_file
from perennial.simulation import brand_of, planted_truth, simulate_shape
from tests.dbt_project.brand import Brand, Rows

pytestmark = pytest.mark.integration


@dataclass(frozen=True)
class Built:
    """A brand of a shape in the warehouse, built as of its last day. `truth`: the rows that are planted."""

    brand: Brand
    as_of: date
    truth: dict[str, dict[str, Any]]

    def stages(self) -> dict[str, str]:
        return dict(self._last("stage"))

    def order_days(self) -> dict[str, tuple[int, int | None]]:
        return {
            customer: (count, silent) for customer, count, silent in self._last("count_orders, days_since_last_order")
        }

    def _last(self, columns: str) -> Rows:
        sql = f"select customer_id, {columns} from marts.customer_stages where snapshot_on = %s"
        return self.brand.all(sql, self.as_of)


Build = Callable[..., Built]


@pytest.fixture
def build(brand: Brand, tmp_path: Path) -> Build:
    def make(shape: str, customers: int, days: int | None = None) -> Built:
        report = simulate_shape(shape, tmp_path / "brand.jsonl", customers=customers, days=days)
        ingested = ingest_file(report.file)
        assert (ingested.count_loaded, ingested.count_rejected) == (report.count_events, 0)
        brand.build(as_of=report.as_of)
        truth = planted_truth(brand_of(shape, customers=customers, days=days))
        names = [name for name in vars(truth) if name != "customer_id"]
        rows = zip(*(getattr(truth, name).tolist() for name in names), strict=True)
        planted = [dict(zip(names, row, strict=True)) for row in rows]
        return Built(brand, report.as_of, dict(zip(truth.customer_id.tolist(), planted, strict=True)))

    return make


def orders_planted(built: Built) -> dict[str, tuple[int, int | None]]:
    """Orders and days of silence of each customer; no silence without an order."""
    return {
        customer: (row["count_orders"], row["days_silent"] if row["count_orders"] else None)
        for customer, row in built.truth.items()
    }


def test_orders_without_user_id_count_for_the_customer_whose_device_placed_them(build: Build) -> None:
    built = build("mostly_anonymous", 150, 90)
    assert built.order_days() == orders_planted(built)


def test_who_missed_a_renewal_is_slipping_and_nobody_else_is(build: Build) -> None:
    built = build("subscription", 200)
    rows = built.brand.all(
        "select days_since_last_order, stage from marts.customer_stages "
        "where count_orders > 0 and extract(isodow from snapshot_on) = 7 and snapshot_on > %s",
        built.as_of - timedelta(days=150),
    )
    # Half of the history, when the cadence is known. A snapshot a week: everyone who missed a renewal is seen once.
    missed = [stage for silent, stage in rows if 35 <= silent < 42]
    on_time = [stage for silent, stage in rows if silent <= 30]
    assert len(missed) > 30
    assert missed.count("retention") >= 0.9 * len(missed)
    assert on_time.count("retention") <= 0.05 * len(on_time)


def test_nobody_silent_for_half_again_their_year_is_new_or_active(build: Build) -> None:
    built = build("yearly", 250)
    assert built.order_days() == orders_planted(built)
    stages = built.stages()
    late = [
        customer
        for customer, row in built.truth.items()
        if row["count_orders"] and row["days_silent"] > 1.5 * row["own_gap_days"]
    ]
    assert len(late) > 30
    assert [customer for customer in late if stages[customer] in {"onboarding", "engagement"}] == []


def test_a_brand_three_weeks_old_knows_its_usual_gap_and_no_threshold_jumps(build: Build) -> None:
    built = build("growing", 900)
    rows = built.brand.all(
        "select usual_gap_days, onboarding_days, slipping_after_days, winback_after_days "
        "from intermediate.int_cadences_observed order by snapshot_on"
    )
    own = [row["own_gap_days"] for row in built.truth.values() if row["count_orders"]]
    assert float(rows[-1][0]) == pytest.approx(np.median(own), rel=0.25)
    thresholds = np.array([[float(days) for days in row[1:]] for row in rows])
    lower, higher = np.minimum(thresholds[1:], thresholds[:-1]), np.maximum(thresholds[1:], thresholds[:-1])
    # Thresholds are whole days, so that a third may come to a day more.
    assert (higher - lower <= lower / 3 + 1).all()


def test_where_nearly_everyone_buys_once_the_usual_gap_is_not_known(build: Build) -> None:
    built = build("once", 400)
    rows = built.brand.all(
        "select usual_gap_days from intermediate.int_cadences_observed where snapshot_on = %s", built.as_of
    )
    assert rows == [(None,)]


def test_closed_days_change_no_stage(build: Build, set_by_hand: Callable[[dict[str, Any]], None]) -> None:
    ranges = [{"from": date(2023, 12, 24), "to": date(2024, 1, 6)}, {"from": date(2023, 1, 1), "to": date(2023, 1, 6)}]
    set_by_hand({"closed": {"weekdays": ["sunday"], "ranges": ranges}})
    built = build("closed_days", 120, 364)  # until the first day after the closure
    rows = built.brand.all(
        "select before.stage, after.stage from marts.customer_stages as before "
        "inner join marts.customer_stages as after on before.customer_id = after.customer_id "
        "where before.snapshot_on = date '2023-12-24' and after.snapshot_on = date '2023-12-31'"
    )
    assert len(rows) > 100
    assert [row for row in rows if row[0] != row[1]] == []
