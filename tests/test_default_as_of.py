"""Which day is computed for when nobody names one: a few events do not make a day."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest

from perennial.as_of import NoEventsError, default_day
from perennial.database import Role, connect

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("warehouse")]

START = date(2026, 3, 2)
USUAL = 40


def add(events: Iterable[tuple[date, int]]) -> None:
    rows = [
        (f"{day}-{number}", datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
        for day, count in events
        for number in range(count)
    ]
    with connect(Role.LOADER) as connection, connection.cursor() as cursor:
        cursor.executemany(
            "insert into raw.events (message_id, type, user_id, occurred_at, received_at, source, load_id) "
            "values (%s, 'page', 'someone', %s, now(), 'test', 1)",
            rows,
        )


def usual_days(count: int, events: int = USUAL) -> list[tuple[date, int]]:
    return [(START + timedelta(days=day), events) for day in range(count)]


LAST = START + timedelta(days=29)


def test_without_events_there_is_no_day() -> None:
    with pytest.raises(NoEventsError, match="perennial ingest events FILE"):
        default_day()


def test_the_newest_full_day_is_the_default() -> None:
    add(usual_days(30))
    day = default_day()
    assert (day.as_of, day.newest_event_on, day.count_later, day.warnings(LAST)) == (LAST, LAST, 0, [])


@pytest.mark.parametrize("days_later", [1, 38, 3_000])
def test_one_stray_event_does_not_move_the_day_and_is_named(days_later: int) -> None:
    stray = LAST + timedelta(days=days_later)
    add([*usual_days(30), (stray, 1)])
    day = default_day()
    assert (day.as_of, day.newest_event_on, day.count_later) == (LAST, stray, 1)
    (warning,) = day.warnings(LAST)
    assert f"{stray}-0" in warning
    assert "perennial run --as-of" in warning


def test_several_strays_far_apart_are_all_passed_over() -> None:
    add([*usual_days(30), (LAST + timedelta(days=40), 1), (LAST + timedelta(days=90), 1)])
    assert default_day().as_of == LAST


def test_a_slow_day_is_a_day() -> None:
    slow = LAST + timedelta(days=1)
    add([*usual_days(30), (slow, USUAL // 5)])
    assert default_day().as_of == slow


def test_a_brand_that_comes_back_after_a_long_closure_moves_on() -> None:
    back = LAST + timedelta(days=45)
    add([*usual_days(30), *((back + timedelta(days=day), USUAL) for day in range(4))])
    assert default_day().as_of == back + timedelta(days=3)


def test_a_sparse_brand_is_not_taken_for_strays() -> None:
    """One event every 40 days is this brand's rhythm."""
    add((START + timedelta(days=40 * number), 1) for number in range(10))
    assert default_day().as_of == START + timedelta(days=360)


def test_a_history_that_ended_long_ago_says_so() -> None:
    add(usual_days(30))
    (warning,) = default_day().warnings(LAST + timedelta(days=1_101))
    assert "1,101 days old" in warning
