"""Closed days do not count, in whatever was built before they were stated."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.dbt_project.brand import Brand, order
from tests.dbt_project.test_odd_brands import plain_dbt

pytestmark = pytest.mark.integration

COUNTED = "select day, open_day_number from intermediate.int_days_counted where day in (%s, %s)"
FIRST, LAST = date(2025, 12, 1), date(2026, 1, 11)


def test_a_closure_counts_from_the_build_after_it_is_stated(
    brand: Brand, warehouse: Path, set_by_hand: Callable[[dict[str, Any]], None]
) -> None:
    brand.load([order("first", "a", f"{FIRST}T12:00"), order("last", "a", f"{LAST}T12:00")])
    brand.build(as_of=LAST)
    assert dict(brand.all(COUNTED, FIRST, LAST)) == {FIRST: 1, LAST: 42}
    closed = {"weekdays": ["sunday"], "ranges": [{"from": date(2025, 12, 24), "to": date(2026, 1, 6)}]}
    set_by_hand({"closed": closed})
    brand.build(as_of=LAST)
    # Six Sundays, of which two lie within the fourteen days of the range.
    assert dict(brand.all(COUNTED, FIRST, LAST)) == {FIRST: 1, LAST: 42 - 14 - 4}
    finished = plain_dbt(warehouse, "test", "--select", "int_days_counted,test_type:unit", "days,test_type:unit")
    assert finished.returncode == 0, finished.stdout[-3000:]
