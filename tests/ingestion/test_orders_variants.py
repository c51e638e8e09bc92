"""Tables of orders in odd forms: read as they are meant, or answered with what to type."""

import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from perennial.ingestion import (
    DecimalMark,
    TableOptions,
    TotalPer,
    UnreadableFileError,
    ingest_file,
    ingest_orders,
    preview_orders,
)

pytestmark = pytest.mark.integration

Ask = Callable[..., list[tuple[Any, ...]]]
Write = Callable[..., Path]

PLAIN = "order,customer,date,total\nA1,c-1,2026-09-01T08:00:00Z,12.50\nA2,Zo\u00eb,2026-09-02T08:00:00Z,7\n"
ORDERS = """
select properties ->> 'order_id', user_id, occurred_at::text, (properties ->> 'total')::float
from raw.events where event = 'Order Completed' order by occurred_at, message_id
"""
TWO = [("A1", "c-1", "2026-09-01 08:00:00+00", 12.5), ("A2", "Zo\u00eb", "2026-09-02 08:00:00+00", 7.0)]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def make(content: str | bytes, name: str = "orders.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        PLAIN.replace(",", "\t"),
        PLAIN.replace(",", "|"),
        PLAIN.replace(",", ";"),
        "sep=;\n" + PLAIN.replace(",", ";"),
        "\ufeff" + PLAIN,
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        "\n\n" + PLAIN + "\n,,,\n",
        PLAIN.encode("utf-16"),
        PLAIN.encode("utf-16-le"),
        PLAIN.encode("latin-1"),
        gzip.compress(PLAIN.encode(), mtime=0),
        PLAIN.replace("date,", "date,note,").replace("Z,", 'Z,"two\nlines, ""quoted""",'),
    ],
    ids=["commas", "tabs", "bars", "semicolons", "sep=", "mark", "crlf", "cr", "blank lines", "utf-16",
         "utf-16 without mark", "latin-1", "gzip", "quoted newlines"],
)  # fmt: skip
def test_the_same_orders_are_read_in_any_form(content: str | bytes, write: Write, ask: Ask) -> None:
    ingest_orders(write(content))
    assert ask(ORDERS) == TWO


def test_lines_are_those_of_the_file(write: Write, ask: Ask) -> None:
    rows = 'a,c-1,2026-09-01,"1\n"\n"b\nb",,2026-09-01,1\nc,,2026-09-01,2\n'
    ingest_orders(write("order,customer,date,total\n" + rows))
    assert ask("select line, payload::jsonb ->> 'order' from raw.rejected_events order by 1") == [(4, "b\nb"), (6, "c")]


def test_parquet_keeps_its_types_and_leaves_lists_out(tmp_path: Path, ask: Ask) -> None:
    path = tmp_path / "orders.parquet"
    table = pa.table({
        "order": pa.array([1001.0, 1002.0, None]),
        "customer": pa.array(["c-1", "c-2", "c-3"]).dictionary_encode(),
        "date": pa.array([datetime(2026, 9, 1, 8, tzinfo=UTC)] * 3, pa.timestamp("ns", "Europe/Berlin")),
        "total": pa.array([Decimal("1.299"), Decimal("12.50"), None], pa.decimal128(12, 3)),
        "items": pa.array([[1], [2], [3]]),
    })  # fmt: skip
    pq.write_table(table, path)
    report = ingest_orders(path)
    assert ask(ORDERS.replace("occurred_at, message_id", "2"))[:2] == [
        ("1001", "c-1", "2026-09-01 08:00:00+00", 1.299),
        ("1002", "c-2", "2026-09-01 08:00:00+00", 12.5),
    ]
    assert "columns of lists or structures are left out: items" in report.reading.notes


def test_a_table_without_rows_or_without_anything_is_no_error_or_named(write: Write, ask: Ask) -> None:
    report = ingest_orders(write("order,customer,date,total\n"))
    assert (report.reading.count_rows, report.ingested.count_loaded) == (0, 0)
    assert ask("select count(*) from raw.events") == [(0,)]
    for empty in ("", "\n\n", b"\xef\xbb\xbf"):
        with pytest.raises(UnreadableFileError, match="is empty: a table begins with the names of its columns"):
            ingest_orders(write(empty))


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        ('{"type": "track"}\n', "perennial ingest events"),
        (b"PK\x03\x04" + b"\0" * 40, "save the sheet as CSV"),
        (b"PAR1 and no more", "no whole Parquet file"),
        ("total\n12\n", "give it as --delimiter"),
        ("order,date,total\nA1,2026-09-01,1\n", "like the customer of orders: give --customer COLUMN"),
        ("customer,order,total\nc,A1,1\n", "no column looks like the time of orders: give --time COLUMN"),
        ("customer,date\nc,2026-09-01\n", "give --total COLUMN or --price COLUMN"),
        ("customer,date,total\nc,03/04/2026,1\n", "give --date-order dmy .day first. or --date-order mdy"),
    ],
    ids=["events", "spreadsheet", "parquet", "one column", "no customer", "no time", "no total", "ambiguous dates"],
)
def test_what_cannot_be_read_is_answered_with_what_to_type(
    content: str | bytes, advice: str, write: Write, ask: Ask
) -> None:
    with pytest.raises(UnreadableFileError, match=advice):
        ingest_orders(write(content))
    assert ask("select count(*) from raw.loads") == [(0,)]


def test_two_columns_of_one_name_are_reported(write: Write) -> None:
    preview = preview_orders(write("total,customer,date,total,\n1,c,2026-09-01,2,3\n"))
    assert preview.first[0].message["properties"]["total"] == 1
    assert "several columns are called 'total': the first is read, another is 'total (2)'" in preview.reading.notes
    assert preview.reading.unread_columns == ("total (2)", "column 5")


def test_a_row_of_too_many_values_and_an_open_quote_are_refused(write: Write, ask: Ask) -> None:
    rows = 'A1,c-1,2026-09-01,1\nA2,c-2,2026-09-01,1,1\nA3,c-3,2026-09-01\nA4,"c-4,2026-09-01,1\nA5,c-5,2026-09-01,1\n'
    report = ingest_orders(write("order,customer,date,total\n" + rows))
    assert report.ingested.reasons == {"a row with other values than the columns, or a quote that is never closed": 2}
    assert ask("select line from raw.rejected_events order by 1") == [(3,), (5,)]
    assert {order for order, *_ in ask(ORDERS)} == {"A1", "A3"}


def test_rows_are_refused_for_what_they_lack(write: Write, ask: Ask) -> None:
    rows = "A1,,2026-09-01,1\nA2,c,,1\nA3,c,soon,1\nA4,undefined,2026-09-01,1\nA5,c,2199-01-01,1\n,c,2026-09-01,1\n"
    report = ingest_orders(write("order,customer,date,total\n" + rows))
    assert report.ingested.reasons == {
        "a row without customer": 2,
        "a row without time": 1,
        "a row whose time cannot be read": 1,
        "time in the future": 1,
    }
    assert report.ingested.count_loaded == 1
    assert ask("select count(*) from raw.rejected_events") == [(5,)]


def test_dates_decide_for_each_other(write: Write, ask: Ask) -> None:
    report = ingest_orders(write("customer,date,total\nc,03/04/2026,1\nc,13/04/2026,2\n"))
    assert [time for _, _, time, _ in ask(ORDERS)] == ["2026-04-03 00:00:00+00", "2026-04-13 00:00:00+00"]
    assert "dates are read with the day first" in report.reading.notes


def test_dates_that_contradict_each_other_decide_nothing(write: Write, ask: Ask) -> None:
    report = ingest_orders(write("customer,date,total\nc,03/04/2026,1\nc,13/04/2026,2\nc,04/13/2026,3\n"))
    assert report.ingested.reasons == {"a row whose date may be two days": 1}
    assert {total for *_, total in ask(ORDERS)} == {2, 3}


def test_amounts_decide_for_each_other_and_stay_unknown_where_nothing_decides(write: Write, ask: Ask) -> None:
    decided = write('customer,date,total\nc,2026-09-01,"1.299"\nc,2026-09-02,"12,50"\n')
    ingest_orders(decided)
    assert [total for *_, total in ask(ORDERS)] == [1299, 12.5]
    undecided = write("customer,date,total\nd,2026-09-01,1.299\n", "undecided.csv")
    report = ingest_orders(undecided)
    assert ask("select properties -> 'total' from raw.events where user_id = 'd'") == [("1.299",)]
    assert "'1.299' may be two amounts" in report.reading.notes[0]
    options = TableOptions(decimal_mark=DecimalMark.POINT)
    again = ingest_orders(undecided, options=options).ingested
    assert (again.count_loaded, again.count_conflicting) == (1, 0)
    assert ask("select event, properties -> 'total' from raw.events where user_id = 'd' order by occurred_at") == [
        ("Order Completed", "1.299"),
        ("Order Updated", 1.299),
    ]


@pytest.mark.parametrize(
    ("totals", "per", "right"),
    [
        (["65", "", ""], None, 65),
        (["65", "65", "65"], None, 65),
        (["20", "30", "15"], None, 65),
        (["20", "20", "20"], TotalPer.ROW, 60),
        (["20", "30", "15"], TotalPer.ORDER, "20 / 30 / 15"),
        (["", "", ""], None, None),
    ],
)
def test_totals_on_rows_of_an_order_are_one_or_added_up(
    totals: list[str], per: TotalPer | None, right: object, write: Write, ask: Ask
) -> None:
    rows = "".join(f"A1,c,2026-09-01,{total},item,1,5\n" for total in totals)
    ingest_orders(
        write("order,customer,date,total,product,quantity,price\n" + rows), options=TableOptions(total_per=per)
    )
    assert ask("select properties -> 'total', jsonb_array_length(properties -> 'products') from raw.events") == [
        (right, 3)
    ]


def test_one_number_of_two_customers_is_two_orders_and_of_two_shops_too(write: Write, ask: Ask) -> None:
    rows = "1,a,x,2026-09-01,10\n1,b,x,2026-09-02,20\n1,a,y,2026-09-03,30\n"
    ingest_orders(write("order,customer,shop,date,total\n" + rows))
    assert ask("select user_id, properties ->> 'shop', (properties ->> 'total')::float from raw.events order by 3") == [
        ("a", "x", 10),
        ("b", "x", 20),
        ("a", "y", 30),
    ]


def test_a_placeholder_of_an_order_number_joins_no_orders(write: Write, ask: Ask) -> None:
    report = ingest_orders(
        write("order,customer,date,total\n0,a,2026-09-01,10\n0,b,2026-09-02,20\nn/a,b,2026-09-03,5\n")
    )
    assert len({order for order, *_ in ask(ORDERS)}) == 3
    assert report.ingested.issues == {"order number of no order": 3}


def test_a_return_row_and_a_refund_column_do_not_count_twice(write: Write, ask: Ask) -> None:
    rows = "A1,sale,c,2026-09-01,100,30\nA1,return,c,2026-09-05,-30,\nA2,sale,c,2026-09-01,50,0\n"
    rows += "A2,return,c,2026-09-05,-20,\n"
    report = ingest_orders(write("order,type,customer,date,total,refunded\n" + rows))
    assert report.ingested.issues == {"refund in a column and in a row": 1}
    assert ask("select event, properties ->> 'order_id' from raw.events order by 1, 2") == [
        ("Order Completed", "A1"),
        ("Order Completed", "A2"),
        ("Order Refunded", "A2"),
    ]


def test_a_separate_file_of_returns_refunds_the_order_it_names(write: Write, ask: Ask) -> None:
    ingest_orders(write("order,customer,date,total\nA1,c,2026-09-01,100\n"))
    returns = write("return id,original order,customer,date,amount,type\nR1,A1,c,2026-09-05,30,refund\n", "returns.csv")
    ingest_orders(returns)
    assert ask(
        "select event, properties ->> 'order_id', (properties ->> 'total')::float from raw.events order by occurred_at"
    ) == [("Order Completed", "A1", 100), ("Order Refunded", "A1", 30)]


def test_a_return_without_number_finds_its_sale_in_what_was_loaded_before_or_is_reported(
    write: Write, ask: Ask
) -> None:
    ingest_orders(write("customer,date,total\nc,2026-09-01,100\nc,2026-09-02,20\n"))
    later = ingest_orders(write("customer,date,total\nc,2026-09-05,-30\nd,2026-09-05,-5\n", "later.csv"))
    found = ask("select properties ->> 'order_id' from raw.events where event = 'Order Refunded' and user_id = 'c'")
    assert found == [(order,) for order, _, _, total in ask(ORDERS) if total == 100]
    assert later.ingested.issues == {"return without a sale": 1}


def test_a_refund_with_a_moment_of_its_own_is_an_update_of_that_moment(write: Write, ask: Ask) -> None:
    ingest_orders(write("order,customer,date,total,refunded,refunded at\nA1,c,2026-09-01,100,-30,2026-09-09\n"))
    assert ask(
        "select event, occurred_at::date::text, properties -> 'refunded_total' from raw.events order by occurred_at"
    ) == [("Order Completed", "2026-09-01", None), ("Order Updated", "2026-09-09", 30)]


@pytest.mark.parametrize(
    ("status", "refunded", "cancelled"),
    [("paid", None, 0), ("refunded", 100, 0), ("Voided", None, 1), ("CANCELLED", None, 1), ("storniert", None, 1),
     ("wc-failed", None, 0), ("failed", None, 1), ("partially_refunded", None, 0)],
)  # fmt: skip
def test_a_status_cancels_or_refunds(
    status: str, refunded: float | None, cancelled: int, write: Write, ask: Ask
) -> None:
    ingest_orders(write(f"order,customer,date,total,status\nA1,c,2026-09-01,100,{status}\n"))
    assert ask("select properties -> 'refunded_total' from raw.events where event = 'Order Completed'") == [(refunded,)]
    assert ask("select count(*) from raw.events where event = 'Order Cancelled'") == [(cancelled,)]


def test_an_order_as_before_is_taken_back_only_where_a_moment_says_so(write: Write, ask: Ask) -> None:
    """Otherwise it is an earlier export once more."""
    first, second = (
        "order,customer,date,total\nA1,c,2026-09-01,100\n",
        "order,customer,date,total\nA1,c,2026-09-01,80\n",
    )
    ingest_orders(write(first))
    ingest_orders(write(second))
    assert ingest_orders(write(first)).ingested.count_loaded == 0
    stated = TableOptions(as_of=datetime(2026, 9, 20, tzinfo=UTC))
    for count in (1, 0):
        assert ingest_orders(write(first), options=stated).ingested.count_loaded == count
    newest = ask(
        "select event, occurred_at::date::text, properties -> 'total' from raw.events order by occurred_at desc limit 1"
    )
    assert newest == [("Order Updated", "2026-09-20", 100)]


def test_an_export_that_says_when_it_changed_is_believed(write: Write, ask: Ask) -> None:
    head = "order,customer,date,total,updated at\n"
    for total, updated in ((100, "2026-09-01"), (80, "2026-09-04"), (100, "2026-09-08")):
        assert ingest_orders(write(f"{head}A1,c,2026-09-01,{total},{updated}\n")).ingested.count_loaded == 1
    assert ask("select occurred_at::date::text, properties -> 'total' from raw.events order by occurred_at") == [
        ("2026-09-01", 100),
        ("2026-09-04", 80),
        ("2026-09-08", 100),
    ]


def test_a_guest_with_an_address_is_one_guest(write: Write, ask: Ask) -> None:
    rows = "A1,0,g@example.org,2026-09-01,1\nA2,0,G@example.org,2026-09-02,2\nA3,,,2026-09-03,3\n"
    ingest_orders(write("order,customer id,email,date,total\n" + rows), options=TableOptions(allows_guests=True))
    counts = ask("select anonymous_id, count(*) from raw.events where type = 'track' group by 1 order by 2")
    assert [count for _, count in counts] == [1, 2]


def test_a_customer_who_is_an_address_is_one_in_any_case(write: Write, ask: Ask) -> None:
    ingest_orders(write("order,email,date,total\nA1,Ada@Example.org,2026-09-01,1\nA2,ada@example.org,2026-09-01,1\n"))
    assert ask("select distinct user_id from raw.events") == [("ada@example.org",)]


def test_ids_with_a_point_that_all_of_a_column_have_are_whole_numbers(write: Write, ask: Ask) -> None:
    ingest_orders(write("order,customer,date,total\n1.0,501.0,2026-09-01,1\n2.0,502.0,2026-09-01,1\n"))
    assert ask("select user_id, properties ->> 'order_id' from raw.events order by 1") == [("501", "1"), ("502", "2")]


def test_a_table_given_as_events_is_answered_with_the_command(write: Write, warehouse: Path) -> None:
    assert warehouse.exists()
    path = write(PLAIN)
    with pytest.raises(UnreadableFileError, match=f"perennial ingest orders {path} --dry-run"):
        ingest_file(path)
