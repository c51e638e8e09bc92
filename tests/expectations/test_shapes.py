"""Brands of odd shapes through both suites, day after day: nothing stops them, and what was planted is named."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from expectations import Check, validate_marts, validate_raw
from perennial.ingestion import ingest_file
from perennial.simulation import simulate_shape
from perennial.warehouse import build

pytestmark = pytest.mark.integration

STATED = "closed: {weekdays: [sunday], ranges: [{from: 2023-12-24, to: 2024-01-06}]}"
BEFORE, REOPENED, LAST = date(2023, 12, 23), date(2024, 1, 8), date(2024, 1, 13)
UNSTATED = "days without events are known closures"


def load(home: Path, shape: str) -> None:
    simulate_shape(shape, home / "shape.jsonl", seed=3)
    ingest_file(home / "shape.jsonl")


def warnings_of(day: date) -> dict[str, Check]:
    """What both suites warn of, built as of the day; a critical finding of either raises."""
    raw = validate_raw(day)
    build(day, select="resource_type:model")
    return {check.name: check for check in [*raw.warnings, *validate_marts(day).warnings]}


def test_a_brand_that_grows_by_a_fifth_a_day_is_not_stopped(warehouse: Path) -> None:
    load(warehouse, "growing")
    for day in (date(2023, 1, 12), date(2023, 1, 19), date(2023, 1, 29)):
        found = warnings_of(day)
        assert UNSTATED not in found
        assert "no day is a peak" not in found
        assert "the marts do not jump" not in found


def test_two_weeks_closed_over_new_year_stop_nothing_and_are_named_until_they_are_stated(
    warehouse: Path, set_by_hand: Callable[[str], None]
) -> None:
    load(warehouse, "closed_days")
    assert "closed: {weekdays: [sunday]}" in warnings_of(BEFORE)[UNSTATED].meaning
    for day in (REOPENED, LAST):
        # The 24th of December is a Sunday.
        assert "weekdays: [sunday], ranges: [{from: 2023-12-25, to: 2024-01-06}]" in warnings_of(day)[UNSTATED].meaning
    set_by_hand(STATED)
    for day in (BEFORE, date(2023, 12, 31), REOPENED, LAST):
        assert validate_raw(day).warnings == []
