"""The inputs of `tests/cases/events`, all together and one by one: what the marts make of them."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from expectations import validate_marts
from perennial.ingestion import ingest_file
from perennial.lifecycle import load_lifecycle
from tests.cases.expected import ALL_TOGETHER, FILES, Expected, files_of
from tests.conftest import empty_warehouse
from tests.dbt_project.brand import Brand

pytestmark = pytest.mark.integration

SETTINGS = {"currency": "USD", "holdout_share": 0}
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
# Of each kind of issue, what it is about.
ISSUES = {
    "amount that cannot be read": {"c06-on", "p6-o"},
    "amount in another currency": {"c06-od", "c07-o2"},
    "refund in another currency": {"c07-o4"},
    "line without a usable amount": {"p4-o, line 1", "p4b-o, line 1"},
    "product that is no line": {"c16-junk, line 1", "c16-junk, line 2", "c16-junk, line 3"},
    "order without an amount": {"c16-empty", "c16-none"},
    "order number of several customers": {"77"},
    "test order left out": {"c17-t1"},
    "ids that differ by case": {"Kim@Example.org"},
    "event before the history begins": {"p3-tv", "c13-leap"},
    "opened by a machine": {"k"},
    "visit of a crawler": {"page"},
}


@pytest.fixture(scope="module")
def together(platform_home: Path) -> Iterator[Brand]:
    """A brand that was sent every case, and its marts with all tests of dbt's."""
    empty_warehouse()
    path = platform_home / "lifecycle.yml"
    before = path.read_text()
    path.write_text(yaml.safe_dump(SETTINGS))
    load_lifecycle.cache_clear()
    brand = Brand()
    for file in files_of(ALL_TOGETHER)[0]:
        ingest_file(file)
    brand.build(select=None)
    yield brand
    brand.connection.close()
    path.write_text(before)
    load_lifecycle.cache_clear()


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


def assert_orders_are_right(brand: Brand, expected: list[Expected]) -> None:
    orders = [row for row in expected if row.kind == "order"]
    wrong = {row.id: orders_of(brand, row) for row in orders if orders_of(brand, row) != expected_of(row)}
    assert wrong == {}
    numbers = [row.id.partition(" of shop ")[0] for row in orders]
    [(count,)] = brand.all("select count(*) from marts.orders where order_id = any(%s)", numbers)
    assert count == sum(len(expected_of(row)) for row in orders)


def test_every_order_has_its_customer_and_its_net_revenue(together: Brand) -> None:
    assert_orders_are_right(together, files_of(ALL_TOGETHER)[1])


def test_what_is_reported_names_each_subject_and_nothing_else(together: Brand) -> None:
    found: dict[str, set[str]] = {}
    for kind, subject in together.all("select kind, subject from marts.data_issues"):
        found.setdefault(kind, set()).add(subject)
    assert found == ISSUES
    seen_in = "select source from marts.data_issues where kind = 'amount that cannot be read' order by subject"
    assert [Path(source).name for (source,) in together.all(seen_in)] == [
        "06-money-as-text.jsonl",
        "p6-amount-in-wrong-unit.jsonl",
    ]
    looks = "select detail from marts.data_issues where subject = 'p6-o'"
    assert together.all(looks) == [('"4111111111111111", which looks like the number of a card',)]


def test_a_reset_clock_lengthens_nobodys_history(together: Brand) -> None:
    [(first, last)] = together.all("select min(snapshot_on), max(snapshot_on) from marts.customer_features")
    assert (last - first).days < 365
    [(days,)] = together.all("select max(days_since_first_seen) from marts.customer_features")
    assert days < 365
    assert together.all("select count(*) from marts.customers where customer_id = 'p3-tv'") == [(1,)]


def test_machines_neither_open_messages_nor_become_customers(together: Brand) -> None:
    assert together.all("select count(*) from marts.customers where customer_id like '%%bot%%'") == [(0,)]
    responses = """
        select customer_id, count_message_responses_28d from marts.customer_features
        where customer_id in ('c11-h', 'c11-m') and snapshot_on = (select max(snapshot_on) from marts.customer_features)
        order by 1
    """
    assert together.all(responses) == [("c11-h", 1), ("c11-m", 0)]


def test_no_merged_id_is_left_in_anything_current(together: Brand) -> None:
    merged = ["c10-old", "c10-anon", "c10-m1"]
    newest = "snapshot_on = (select max(snapshot_on) from marts.customer_stages)"
    for table, where in {
        "customers": "true",
        "orders": "true",
        "customer_stages": newest,
        "customer_features": newest,
    }.items():
        assert (
            together.all(f"select customer_id from marts.{table} where customer_id = any(%s) and {where}", merged) == []
        )


def test_the_gate_stays_green_and_warns(together: Brand) -> None:
    [(as_of,)] = together.all("select as_of from intermediate.int_moment_fixed")
    report = validate_marts(as_of)
    assert report.is_success
    assert "every amount is known" in {check.name for check in report.warnings}


# Each takes a build from nothing: in `make validate` only.
@pytest.mark.validation
@pytest.mark.parametrize("which", WITH_ORDERS)
def test_each_case_by_itself_gives_the_same(
    which: str, brand: Brand, set_by_hand: Callable[[dict[str, Any]], None]
) -> None:
    set_by_hand(SETTINGS)
    paths, expected = files_of(which)
    for path in paths:
        ingest_file(path)
    brand.build(select=None)
    assert_orders_are_right(brand, expected)
