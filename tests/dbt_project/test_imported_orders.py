"""The files of `tests/cases/orders`, ingested and built: what each customer's orders are worth in the marts."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from expectations import validate_marts
from perennial.ingestion import TableOptions, ingest_orders
from tests.dbt_project.brand import Brand

pytestmark = pytest.mark.integration

CASES = Path(__file__).parents[1] / "cases" / "orders"
ORDERS = "select order_id, customer_id, revenue, net_revenue, is_cancelled, count_lines from marts.orders order by 1, 2"
BY_CUSTOMER = """
    select customer_id, count(*), sum(net_revenue) from marts.orders where not is_cancelled group by 1 order by 1
"""
SETTINGS = {"currency": "USD", "holdout_share": 0}

SetByHand = Callable[[dict[str, Any]], None]


@pytest.fixture
def usd(brand: Brand, set_by_hand: SetByHand) -> Brand:
    set_by_hand(SETTINGS)
    return brand


def test_an_export_of_lines_is_its_orders_and_a_later_one_updates_them(usd: Brand, tmp_path: Path) -> None:
    ingest_orders(CASES / "shop-export-lines.csv")
    usd.build(select=None)
    assert usd.all(ORDERS) == [
        ("#1001", "501", 65, 65, False, 2),
        ("#1002", "502", 40, 20, False, 1),
        ("#1004", "501", 20, 0, True, 1),
    ]
    before = usd.all("select * from marts.orders order by order_id")
    ingest_orders(CASES / "shop-export-lines.csv")
    usd.build(select=None)
    assert usd.all("select * from marts.orders order by order_id") == before
    later = tmp_path / "later.csv"
    text = (CASES / "shop-export-lines.csv").read_text()
    later.write_text(text.replace("partially_refunded", "refunded").replace("20.00,20.00,502", "20.00,40.00,502"))
    ingest_orders(later)
    usd.build(select=None)
    assert usd.all(ORDERS)[1] == ("#1002", "502", 40, 0, False, 1)
    assert validate_marts(date(2026, 9, 4)).is_success


def test_sales_without_numbers_are_each_one_and_returns_take_back(usd: Brand) -> None:
    for _ in range(2):
        ingest_orders(CASES / "till-without-numbers.csv")
        usd.build(select=None)
        assert usd.all(BY_CUSTOMER) == [("M-7", 2, Decimal("12.5")), ("M-8", 1, 1120)]


def test_a_return_takes_back_with_either_sign(usd: Brand) -> None:
    ingest_orders(CASES / "returns.csv")
    usd.build(select=None)
    assert usd.all("select order_id, net_revenue from marts.orders order by 1") == [("A1", 70), ("A2", 0)]


def test_all_of_them_together_are_what_they_are_one_by_one(usd: Brand) -> None:
    for path in sorted(CASES.glob("*.csv")):
        ingest_orders(path, options=TableOptions(allows_guests=True))
    usd.build(select=None)
    revenues = dict(usd.all("select customer_id, sum(net_revenue) from marts.orders where not is_cancelled group by 1"))
    guests = [customer for customer in revenues if customer.startswith("guest-")]
    assert len(guests) == 1
    assert revenues.pop(guests[0]) == 20
    assert revenues == {"501": 65, "502": 20, "M-7": Decimal("12.5"), "M-8": 1120, "c-1": 70, "c-2": 0}


def test_an_amount_that_may_be_two_is_unknown_and_reported(usd: Brand, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("order,customer,date,total\nA1,c,2026-09-01,1.299\n")
    ingest_orders(path)
    usd.build(select=None)
    assert usd.all("select order_id, net_revenue from marts.orders") == [("A1", None)]
    assert ("amount that cannot be read", "A1") in usd.all("select kind, subject from marts.data_issues")


def test_an_amount_written_in_another_currency_than_its_column_says_is_never_taken_for_that(
    usd: Brand, tmp_path: Path
) -> None:
    file = tmp_path / "orders.csv"
    rows = ("1,a,\u20ac10.00,USD", "2,a,$20.00,usd", "3,a,40.00 EUR,", "4,a,EUR 50.00,eur", "5,a,US$60.00,USD")
    file.write_text("order,customer,total,currency,date\n" + "".join(f"{row},2026-09-01\n" for row in rows))
    ingest_orders(file)
    usd.build(select=None)
    assert usd.all("select order_id, revenue, currency from marts.orders order by 1") == [
        ("1", None, "EUR"),
        ("2", 20, "USD"),
        ("3", None, "EUR"),
        ("4", None, "EUR"),
        ("5", 60, "USD"),
    ]
    found = usd.all("select count(*) from marts.data_issues where kind = 'amount in another currency'")
    assert found == [(3,)]
