"""One event with an amount that no double can hold stops no build, and changes no neighbour."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from perennial.ingestion import ingest_file
from tests.dbt_project.brand import Brand, Event, at, order
from tests.dbt_project.world import market

pytestmark = pytest.mark.integration

CASES = Path(__file__).parents[1] / "cases" / "events"
MOMENT = "2020-06-01T12:00"
HOSTILE: list[dict[str, Any]] = [
    {"total": 1e300},
    {"total": -1e300},
    {"total": "9" * 400},
    {"products": [{"product_id": "p", "department": "Food", "price": 1e200, "quantity": 1e200}], "total": 10},
    {"products": [{"product_id": "p", "price": 1e308, "quantity": 1e308, "discount": 1e308, "coupon_discount": 1e308}]},
    {"products": [{"product_id": "p", "total": 10**400, "quantity": -(10**400)}], "discount": 10**400},
    {"revenue": 4_111_111_111_111_111, "value": 10**30, "coupon_discount": -(10**30)},
]


def hostile_events() -> list[Event]:
    plain = [order(f"hostile-{number}", "villain", MOMENT) for number in range(len(HOSTILE))]
    orders = [
        replace(event, properties={"order_id": event.properties["order_id"], **content})
        for event, content in zip(plain, HOSTILE, strict=True)
    ]
    refunds = [
        Event(f"r-{number}", at(MOMENT), "Order Refunded", "villain", properties={"order_id": "hostile-0", **content})
        for number, content in enumerate(HOSTILE)
    ]
    return [*orders, *refunds]


def neighbours(brand: Brand) -> dict[str, list[Any]]:
    queries = {
        "orders": "select t::text from marts.orders as t where customer_id <> 'villain' order by 1",
        "customers": "select t::text from marts.customers as t where customer_id <> 'villain' order by 1",
        "features": "select t::text from marts.customer_features as t where customer_id <> 'villain' order by 1",
    }
    return {name: brand.all(query) for name, query in queries.items()}


def test_amounts_beyond_any_double_stop_nothing_and_change_no_neighbour(brand: Brand) -> None:
    events = market(seed=3, customers=40)
    brand.load([*events, order("villain-first", "villain", MOMENT)])
    report = brand.build()
    before = neighbours(brand)
    assert len(before["orders"]) > 100
    brand.load(hostile_events())
    brand.build(report.as_of, select=None)
    assert neighbours(brand) == before
    amounts = brand.all("select order_id, revenue, refunded from marts.orders where order_id like 'hostile-%'")
    assert len(amounts) == len(HOSTILE)
    known = {order_id: revenue for order_id, revenue, _ in amounts if revenue is not None}
    assert known == {"hostile-3": 10}
    kinds = ["amount that cannot be read", "line without a usable amount"]
    [(count,)] = brand.all("select count(*) from marts.data_issues where kind = any(%s)", kinds)
    assert count >= len(HOSTILE)


@pytest.mark.parametrize("name", ["p4-huge-quantity", "p4b-huge-quantity-with-department", "21-order-id-is-an-object"])
def test_the_inputs_that_stopped_every_later_build(brand: Brand, name: str) -> None:
    brand.load([order(f"o-{number}", f"c-{number}", "2026-09-10T09:00") for number in range(30)])
    ingest_file(CASES / f"{name}.jsonl")
    brand.build(select=None)
    revenues = brand.all("select order_id, revenue from marts.orders where order_id !~ '^o-'")
    assert revenues in ([("p4-o", 10)], [("p4b-o", 10)], [])
