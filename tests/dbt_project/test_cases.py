"""The orders of `tests/cases/events`, one by one and all together: what the marts make of them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from perennial.ingestion import ingest_file
from tests.cases.expected import ALL_TOGETHER, FILES, Expected, files_of
from tests.dbt_project.brand import Brand

pytestmark = pytest.mark.integration

WITH_ORDERS = [number for number in FILES if any(row.kind == "order" for row in files_of(number)[1])]
ORDERS = """
    select net_revenue, is_cancelled from marts.orders
    where order_id = %s and customer_id = any(%s) and (%s = '' or shop = %s)
"""
# In words rather than as one id.
CUSTOMERS = {
    "c10-x or c10-y": ["c10-x", "c10-y"],
    "Café (NFC)": ["Caf\u00e9"],
}


def in_words(net_revenue: Decimal | None, *, is_cancelled: bool) -> tuple[str, str]:
    net = "unknown" if net_revenue is None else f"{net_revenue:.2f}".removesuffix(".00")
    return net, "cancelled" if is_cancelled else "completed"


def orders_of(brand: Brand, row: Expected) -> list[tuple[str, str]]:
    """The orders that a line is about: the net revenue and state of each, in its words."""
    number, _, shop = row.id.partition(" of shop ")
    rows = brand.all(ORDERS, number, CUSTOMERS.get(row.about, [row.about]), shop, shop)
    return [in_words(net_revenue, is_cancelled=is_cancelled) for net_revenue, is_cancelled in rows]


def expected_of(row: Expected) -> list[tuple[str, str]]:
    return [] if row.state.startswith("left out") else [(row.net_revenue, row.state)]


@pytest.mark.parametrize(
    "which",
    # Each takes a build from nothing: all of them together in every run, one by one in `make validate`.
    [ALL_TOGETHER, *(pytest.param(number, marks=pytest.mark.validation) for number in WITH_ORDERS)],
)
def test_every_order_has_its_customer_and_its_net_revenue(
    which: str, brand: Brand, set_by_hand: Callable[[dict[str, Any]], None]
) -> None:
    set_by_hand({"currency": "USD", "holdout_share": 0})
    paths, expected = files_of(which)
    for path in paths:
        ingest_file(path)
    brand.build(select=None)
    orders = [row for row in expected if row.kind == "order"]
    wrong = {row.id: orders_of(brand, row) for row in orders if orders_of(brand, row) != expected_of(row)}
    assert wrong == {}
    numbers = [row.id.partition(" of shop ")[0] for row in orders]
    [(count,)] = brand.all("select count(*) from marts.orders where order_id = any(%s)", numbers)
    assert count == sum(len(expected_of(row)) for row in orders)
