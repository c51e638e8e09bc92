"""Times as files write them: one moment, or a reason why not."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perennial.ingestion.tables.options import Cell, DateOrder
from perennial.ingestion.tables.written_times import date_order_of, is_ambiguous_date, read_table_moment

TEN = datetime(2026, 9, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-09-01T10:00:00Z",
        "2026-09-01 10:00:00",
        "2026-09-01 10:00",
        "2026/09/01 10:00",
        "2026-09-01 12:00:00 +0200",
        "2026-09-01T12:00:00+02:00",
        "2026-09-01 12:00 CEST",
        "2026-09-01 12:00 MESZ",
        "2026-09-01 06:00:00 EDT",
        "2026-09-01 10:00:00 UTC",
        "2026-09-01 12:00:00 Europe/Berlin",
        "2026-09-01 12:00:00 [Europe/Berlin]",
        "2026-09-01 12:00:00 GMT+2",
        "01.09.2026 10:00",
        "1.9.26 10:00",
        "01.09.2026, 10:00 Uhr",
        "Sep 1, 2026 10:00 AM",
        "September 1st, 2026 10:00 am",
        "1. September 2026 10:00",
        "01-Sep-2026 10:00",
        "Tue, 01 Sep 2026 10:00:00 +0000",
        "1788256800",
        1788256800,
        1788256800000,
        "46266.416666666664",
        "46266,416666666664",
        46266.416666666664,
    ],
)
def test_a_moment_is_read_in_any_form(cell: Cell) -> None:
    assert read_table_moment(cell, None, UTC) == TEN


@pytest.mark.parametrize("cell", ["2026-09-01", "01.09.2026", "20260901", "46266", 46266, "1 Sep 2026"])
def test_a_day_is_its_beginning(cell: Cell) -> None:
    assert read_table_moment(cell, None, ZoneInfo("America/New_York")) == datetime(2026, 9, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "cell",
    ["", "soon", "2026-09-01 10:00 CST", "31.02.2026", "2026-13-01", "01.01.1950", "12", "2026-09-01 25:00", None],
)
def test_what_is_no_moment_or_several_is_none(cell: Cell) -> None:
    assert read_table_moment(cell, None, UTC) is None


def test_a_time_without_a_zone_is_of_the_zone_that_was_given() -> None:
    assert read_table_moment("01.09.2026 12:00", None, ZoneInfo("Europe/Berlin")) == TEN
    assert read_table_moment("01.01.2026 11:00", None, ZoneInfo("Europe/Berlin")) == datetime(
        2026, 1, 1, 10, tzinfo=UTC
    )


def test_a_date_with_slashes_needs_to_know_what_stands_first() -> None:
    assert is_ambiguous_date("03/04/2026")
    assert read_table_moment("03/04/2026", None, UTC) is None
    assert read_table_moment("03/04/2026", DateOrder.DAY_FIRST, UTC) == datetime(2026, 4, 3, tzinfo=UTC)
    assert read_table_moment("03/04/2026", DateOrder.MONTH_FIRST, UTC) == datetime(2026, 3, 4, tzinfo=UTC)
    assert (date_order_of("13/04/2026"), date_order_of("04/13/2026")) == (DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST)
    assert not is_ambiguous_date("04/04/2026")


@given(st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)), st.sampled_from(list(DateOrder)))  # noqa: DTZ001  # as a table writes it
def test_every_moment_is_read_as_it_was_written(moment: datetime, order: DateOrder) -> None:
    moment = moment.replace(microsecond=0)
    day = "%d/%m/%Y" if order is DateOrder.DAY_FIRST else "%m/%d/%Y"
    for form in (
        f"{day} %H:%M:%S",
        f"{day} %I:%M:%S %p",
        "%d.%m.%Y %H:%M:%S",
        "%Y-%m-%d %H:%M:%S",
        "%b %d, %Y %H:%M:%S",
    ):
        assert read_table_moment(moment.strftime(form), order, UTC) == moment.replace(tzinfo=UTC)


@given(st.text(max_size=30))
def test_any_text_is_a_moment_or_none(text: str) -> None:
    for order in (None, *DateOrder):
        moment = read_table_moment(text, order, UTC)
        assert moment is None or moment.tzinfo is UTC
