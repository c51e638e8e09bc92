"""Unusual brands: few customers, no messages, a history that ended years ago, ids that look like attacks."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from expectations import GateFailedError, validate_marts, validate_raw
from perennial.ingestion import ingest_file
from perennial.warehouse import build

pytestmark = pytest.mark.integration

LAST = date(2009, 5, 6)
ODD = [
    "o'brien",
    'say "hi"',
    "'; drop table marts.orders; --",
    "Zoë 你好 🌱",
    "a%b_c{d}$e",
    "back\\slash",
    "</td><script>",
]


def test_fifty_odd_customers_of_long_ago_without_messages_pass(warehouse: Path, write_brand: Any) -> None:
    customers = ODD + [f"c{number}" for number in range(50 - len(ODD))]
    ingest_file(write_brand(warehouse / "odd.jsonl", customers, date(2008, 12, 1), LAST, seed=3, has_messages=False))
    build(LAST)
    assert validate_raw(LAST).is_success
    report = validate_marts(LAST)
    assert report.is_success
    assert {check.observed for check in report.results if check.name == "the marts are not empty"} == {
        "50 (marts.customer_features on the day)"
    }


def test_empty_marts_are_stopped(healthy: Any) -> None:
    tables = healthy.connection.execute("select tablename from pg_tables where schemaname = 'marts'").fetchall()
    healthy.alter("truncate " + ", ".join(f"marts.{table}" for (table,) in tables))
    with pytest.raises(
        GateFailedError, match=r"the marts are not empty: .* 0 \(marts\.customers\), 0 \(marts\.orders\)"
    ):
        validate_marts(healthy.as_of)


@pytest.mark.usefixtures("warehouse")
def test_no_events_at_all_are_stopped() -> None:
    with pytest.raises(GateFailedError, match="choose a later day or ingest its events"):
        validate_raw(LAST)
