"""The files of `tests/cases/orders`: what each states, once however often it comes, and what of it is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perennial.ingestion import TableOptions, ingest_orders, preview_orders

pytestmark = pytest.mark.integration

Ask = Callable[..., list[tuple[Any, ...]]]

CASES = Path(__file__).parents[1] / "cases" / "orders"
STATED = """
select
    event, user_id, properties ->> 'order_id',
    (properties ->> 'total')::float, (properties ->> 'refunded_total')::float
from raw.events where type = 'track' order by occurred_at, event, message_id
"""
EVERYTHING = "select message_id, load_id, properties::text, occurred_at from raw.events order by 1"


def test_rows_of_one_order_are_one_order_with_lines(ask: Ask) -> None:
    report = ingest_orders(CASES / "shop-export-lines.csv")
    assert ask(STATED) == [
        ("Order Completed", "501", "#1001", 65, 0),
        ("Order Completed", "502", "#1002", 40, 20),
        ("Order Cancelled", "501", "#1004", None, None),
        ("Order Completed", "501", "#1004", 20, 0),
    ]
    assert ask("select properties -> 'products' from raw.events where properties ->> 'order_id' = '#1001'") == [
        ([{"name": "Mug", "quantity": 2, "price": 20}, {"name": "Spoon", "quantity": 1, "price": 20}],)
    ]
    assert report.ingested.reasons == {"a row without customer": 1}
    assert ask("select line, payload::jsonb ->> 'Name' from raw.rejected_events") == [(5, "#1003")]
    assert ask("select user_id, traits ->> 'email' from raw.events where type = 'identify' order by 1") == [
        ("501", "ada@example.org"),
        ("502", "bea@example.org"),
    ]


def test_an_order_without_customer_is_a_guests_where_that_is_allowed(ask: Ask) -> None:
    report = ingest_orders(CASES / "shop-export-lines.csv", options=TableOptions(allows_guests=True))
    assert report.ingested.count_rejected == 0
    ((anonymous_id,),) = ask("select anonymous_id from raw.events where properties ->> 'order_id' = '#1003'")
    assert anonymous_id.startswith("guest-")


def test_a_later_export_updates_the_order_that_changed(ask: Ask, tmp_path: Path) -> None:
    ingest_orders(CASES / "shop-export-lines.csv")
    later = tmp_path / "later.csv"
    text = (CASES / "shop-export-lines.csv").read_text()
    later.write_text(text.replace("partially_refunded", "refunded").replace("20.00,20.00,502", "20.00,40.00,502"))
    report = ingest_orders(later).ingested
    assert (report.count_loaded, report.count_conflicting) == (1, 0)
    assert ask(
        "select event, (properties ->> 'refunded_total')::float, occurred_at::text from raw.events "
        "where properties ->> 'order_id' = '#1002' order by occurred_at"
    ) == [
        ("Order Completed", 20, "2026-09-02 09:30:00+00"),
        ("Order Updated", 40, "2026-09-04 07:00:00+00"),
    ]
    before = ask(EVERYTHING)
    for path in (later, CASES / "shop-export-lines.csv"):
        assert ingest_orders(path).ingested.count_loaded == 0
    assert ask(EVERYTHING) == before


def test_two_equal_sales_are_two_and_a_return_finds_its_sale(ask: Ask) -> None:
    ingest_orders(CASES / "till-without-numbers.csv")
    stated = ask(STATED)
    assert [(event, user, total) for event, user, _, total, _ in stated] == [
        ("Order Completed", "M-7", 12.5),
        ("Order Completed", "M-7", 12.5),
        ("Order Completed", "M-8", 1120),
        ("Order Refunded", "M-7", 12.5),
    ]
    orders = [order for _, _, order, _, _ in stated]
    assert len(set(orders[:3])) == 3
    assert orders[3] in orders[:2]


def test_a_return_is_a_return_with_either_sign(ask: Ask) -> None:
    ingest_orders(CASES / "returns.csv")
    assert ask(STATED) == [
        ("Order Completed", "c-1", "A1", 100, None),
        ("Order Completed", "c-2", "A2", 50, None),
        ("Order Refunded", "c-1", "A1", 30, None),
        ("Order Refunded", "c-2", "A2", 50, None),
    ]


@pytest.mark.parametrize("path", sorted(CASES.glob("*.csv")), ids=lambda path: path.stem)
def test_the_same_file_again_changes_nothing(path: Path, ask: Ask) -> None:
    first = ingest_orders(path).ingested
    before = ask(EVERYTHING), ask("select count(*) from raw.rejected_events")
    again = ingest_orders(path).ingested
    assert (again.count_loaded, again.count_conflicting) == (0, 0)
    assert (again.count_duplicate, again.count_rejected) == (first.count_loaded, first.count_rejected)
    assert (ask(EVERYTHING), ask("select count(*) from raw.rejected_events")) == before


@pytest.mark.parametrize("path", sorted(CASES.glob("*.csv")), ids=lambda path: path.stem)
def test_a_preview_counts_what_would_be_loaded_and_writes_nothing(path: Path, ask: Ask) -> None:
    before = preview_orders(path)
    assert ask("select count(*) from raw.events") == [(0,)]
    loaded = ingest_orders(path).ingested
    assert sum(counts.get("new", 0) for counts in before.counts.values()) == loaded.count_loaded
    assert before.reasons == loaded.reasons
    after = preview_orders(path)
    assert {novelty for counts in after.counts.values() for novelty in counts} == {"known"}
    json.dumps([event.message for event in before.first])
