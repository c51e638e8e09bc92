"""The brand's currency: the commonest at the first build, kept from then on, and changed only by hand."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.dbt_project.brand import Brand, Event, order

pytestmark = pytest.mark.integration

REVENUE = "select order_id, net_revenue::integer from marts.orders order by 1"
CHOSEN = "select subject from marts.data_issues where kind = 'currency chosen from the orders'"


def in_currency(event: Event, **properties: Any) -> Event:
    return replace(event, properties={"order_id": event.properties["order_id"], "total": 10, **properties})


def test_the_commonest_is_kept_and_other_currencies_need_a_rate(
    brand: Brand, set_by_hand: Callable[[dict[str, Any]], None]
) -> None:
    first = [order(f"e{number}", "ada", f"2020-01-0{number}T10:00") for number in (1, 2, 3)]
    brand.load(
        [
            in_currency(first[0], currency="EUR"),
            in_currency(first[1], total="10 €"),
            in_currency(first[2], currency="usd"),
        ]
    )
    brand.build()
    assert brand.all(CHOSEN) == [("EUR",)]
    assert brand.all(REVENUE) == [("e1", 10), ("e2", 10), ("e3", None)]
    later = [order(f"u{number}", "bea", f"2020-01-0{number}T10:00") for number in (4, 5, 6, 7)]
    brand.load([in_currency(event, currency="USD") for event in later])
    brand.build()
    assert brand.all(CHOSEN) == [("EUR",)]
    set_by_hand({"exchange_rates": {"USD": 2}})
    brand.build()
    assert dict(brand.all(REVENUE)) == {"e1": 10, "e2": 10, "e3": 20, "u4": 20, "u5": 20, "u6": 20, "u7": 20}
    set_by_hand({"currency": "USD"})
    brand.build()
    assert dict(brand.all(REVENUE))["e1"] is None
    assert dict(brand.all(REVENUE))["u4"] == 10


def test_a_brand_that_names_none_takes_it_from_no_stranger(brand: Brand) -> None:
    brand.load([order("a", "ada", "2020-01-01T10:00")])
    brand.build()
    brand.load([in_currency(order("b", "bea", "2020-01-02T10:00"), currency="EUR")])
    brand.build()
    assert brand.all(CHOSEN) == [("no currency",)]
    assert brand.all(REVENUE) == [("a", 10), ("b", None)]
