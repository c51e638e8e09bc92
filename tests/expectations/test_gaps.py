"""Closures, outages and growth as the gate sees them, from counts of days: no server needed."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pytest

from expectations.activity import Activity, DayCounts, activity_of
from expectations.gaps import find_all_gaps
from expectations.raw_freshness import Freshness, closures, freshness, measure_freshness, orders_on_closed_days
from perennial.closures import Closed

FIRST, LAST = date(2025, 9, 1), date(2026, 1, 19)
NOON = time(12)
CHRISTMAS = (date(2025, 12, 24), date(2026, 1, 6))
NOTHING_STATED = {"weekdays": [], "dates": [], "ranges": [], "public_holidays": None}


def is_christmas(day: date) -> bool:
    return CHRISTMAS[0] <= day <= CHRISTMAS[1]


def brand(
    *,
    last: date = LAST,
    as_of: date | None = None,
    first: date = FIRST,
    level: Callable[[date], float] = lambda _: 1.0,
    orders: Callable[[date], float] = lambda _: 1.0,
    usual: float = 100,
    closed: dict[str, object] | None = None,
    seed: int = 1,
) -> Activity:
    """`usual` visits a day, a fifth as many orders, times the level of the day; the newest event at the day's end."""
    random = np.random.default_rng(seed)
    rows = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        placed = int(random.poisson(0.2 * usual * level(day) * orders(day)))
        events = placed + int(random.poisson(usual * level(day)))
        at = datetime.combine(day, time(23, 59), UTC)
        if events:
            rows.append(DayCounts(day, events, events, placed, placed, at, at if placed else None))
    return activity_of(rows, as_of or last, Closed.model_validate({**NOTHING_STATED, **(closed or {})}))


def measured(activity: Activity) -> list[Freshness]:
    return measure_freshness(activity, find_all_gaps(activity))


def stops(activity: Activity) -> set[str]:
    """Names of the critical checks that these measures fail."""
    failed = set()
    for bound in freshness(activity, find_all_gaps(activity)).bounds:
        values = [getattr(row, bound.column) for row in measured(activity)]
        outside = [
            value
            for value in values
            if value is not None
            and (
                (bound.minimum is not None and value < bound.minimum)
                or (bound.maximum is not None and value > bound.maximum)
            )
        ]
        if bound.severity == "critical" and outside:
            failed.add(bound.name)
    return failed


def advice(activity: Activity) -> str:
    return closures(activity, find_all_gaps(activity)).bounds[0].meaning


def sundays_and_christmas(day: date) -> float:
    return 0.0 if day.isoweekday() == 7 or is_christmas(day) else 1.0


def days_from(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


@pytest.mark.parametrize("usual", [30, 3000])
@pytest.mark.parametrize("day", days_from(date(2025, 12, 20), LAST))
def test_a_brand_open_every_day_is_never_stopped(day: date, usual: float) -> None:
    activity = brand(last=day, usual=usual)
    assert stops(activity) == set()
    assert find_all_gaps(activity).over == []
    assert find_all_gaps(activity).weekdays == ()


@pytest.mark.parametrize("day", days_from(date(2025, 12, 15), LAST))
def test_a_stated_closure_never_stops_the_chain(day: date) -> None:
    """Day by day through Sundays and two weeks over New Year, on either clock: nothing to state is left."""
    closed = {"weekdays": ["sunday"], "ranges": [{"from": CHRISTMAS[0], "to": CHRISTMAS[1]}]}
    activity = brand(last=day, as_of=day, level=sundays_and_christmas, closed=closed)
    assert stops(activity) == set()
    assert find_all_gaps(activity).over == []
    assert find_all_gaps(activity).lasting == []


def test_the_silence_of_closed_days_is_counted_in_open_ones() -> None:
    closed = {"ranges": [{"from": CHRISTMAS[0], "to": CHRISTMAS[1]}]}
    activity = brand(last=date(2025, 12, 23), as_of=date(2026, 1, 8), closed=closed)
    assert measured(activity)[0].days_silent == pytest.approx(2, abs=0.01)


@pytest.mark.parametrize("day", days_from(date(2026, 1, 8), LAST))
def test_a_closure_that_stands_nowhere_is_named_with_the_line_and_stops_nothing_once_it_is_over(day: date) -> None:
    activity = brand(last=day, level=sundays_and_christmas)
    assert stops(activity) == set()
    gaps = find_all_gaps(activity)
    assert [(gap.first, gap.last) for gap in gaps.over] == [CHRISTMAS]
    assert [str(found) for found in gaps.weekdays] == ["every sunday, all behaviour"]
    line = "`closed: {weekdays: [sunday], ranges: [{from: 2025-12-24, to: 2026-01-06}]}`"
    assert line in advice(activity)


def test_the_line_keeps_what_is_stated_already() -> None:
    closed = {"weekdays": ["sunday"], "dates": [date(2026, 5, 1)], "public_holidays": {"country": "NO"}}
    activity = brand(level=sundays_and_christmas, closed=closed)
    line = find_all_gaps(activity)
    stated = activity.closed.line_with((), [(gap.first, gap.last) for gap in line.over])
    assert "weekdays: [sunday], dates: [2026-05-01], ranges: [{from:" in stated
    assert 'public_holidays: {country: "NO"}' in stated


def test_a_closure_that_lasts_and_stands_nowhere_says_what_to_state_and_how_to_accept_it() -> None:
    activity = brand(last=date(2025, 12, 23), as_of=date(2025, 12, 30))
    assert stops(activity) == {"events reach up to the day"}
    meaning = freshness(activity, find_all_gaps(activity)).bounds[0].meaning
    assert "`closed: {ranges: [{from: 2025-12-24, to: 2025-12-30}]}`" in meaning
    assert '`perennial gate accept "events reach up to the day" --until 2026-01-06 --why "..."`' in meaning


OUTAGE = (date(2025, 11, 10), date(2025, 11, 14))


def outage(day: date) -> float:
    return 0.0 if OUTAGE[0] <= day <= OUTAGE[1] else 1.0


@pytest.mark.parametrize("share", [0.0, 0.04])
@pytest.mark.parametrize("day", days_from(date(2025, 11, 15), date(2025, 12, 20)))
def test_an_outage_stops_nothing_once_it_is_over(day: date, share: float) -> None:
    activity = brand(last=day, level=lambda on: max(share, outage(on)))
    assert stops(activity) == set()
    assert [(gap.first, gap.last) for gap in find_all_gaps(activity).over] == [OUTAGE]
    assert "from: 2025-11-10, to: 2025-11-14" in advice(activity)
    assert "perennial gate accept" in advice(activity)


@pytest.mark.parametrize("day", days_from(date(2025, 11, 15), date(2025, 11, 24)))
def test_an_outage_of_orders_while_visits_go_on_is_one_of_orders(day: date) -> None:
    activity = brand(last=day, orders=outage)
    assert stops(activity) == set()
    assert [str(gap) for gap in find_all_gaps(activity).over] == ["2025-11-10 to 2025-11-14, Order Completed"]


def test_an_outage_of_orders_that_lasts_stops_the_chain() -> None:
    activity = brand(last=date(2025, 11, 13), orders=outage)
    assert "the newest day is not nearly empty" in stops(activity)
    meanings = [bound.meaning for bound in freshness(activity, find_all_gaps(activity)).bounds]
    assert any("{from: 2025-11-10, to: 2025-11-13}" in meaning for meaning in meanings)


def test_a_half_delivered_week_still_stops_the_chain() -> None:
    activity = brand(level=lambda day: 0.3 if day > LAST - timedelta(days=7) else 1.0)
    assert "the newest week is not half empty" in stops(activity)


@pytest.mark.parametrize("day", days_from(date(2025, 11, 10), LAST))
def test_a_slow_decline_is_not_missing(day: date) -> None:
    """An eighth less each week; with 3 visits a day, a week is nothing but random variation."""
    assert stops(brand(last=day, usual=400, level=lambda on: 0.88 ** ((on - FIRST).days / 7))) == set()
    assert stops(brand(last=day, usual=3, seed=day.toordinal())) == set()


def test_a_half_delivered_week_beside_a_closure_still_stops_the_chain() -> None:
    closed = {"ranges": [{"from": CHRISTMAS[0], "to": CHRISTMAS[1]}]}
    weak = days_from(date(2026, 1, 7), date(2026, 1, 12))

    def level(day: date) -> float:
        return 0.3 if day in weak else float(not is_christmas(day))

    assert "the newest week is not half empty" in stops(brand(last=weak[-1], level=level, closed=closed))


@pytest.mark.parametrize("days", range(2, 40))
def test_a_brand_that_grows_a_fifth_a_day_is_not_stopped(days: int) -> None:
    activity = brand(
        first=FIRST, last=FIRST + timedelta(days=days), usual=10, level=lambda day: 1.2 ** (day - FIRST).days
    )
    assert stops(activity) == set()
    assert find_all_gaps(activity).over == []


def test_a_peak_is_neither_a_gap_nor_followed_by_one() -> None:
    peak = date(2025, 12, 1)
    for day in days_from(peak, peak + timedelta(days=70)):
        activity = brand(last=day, level=lambda on: 20.0 if on == peak else 1.0)
        assert stops(activity) == set()
        assert find_all_gaps(activity).over == []


def test_orders_on_closed_days_are_noticed() -> None:
    share = orders_on_closed_days(brand(closed={"weekdays": ["sunday"]}))
    assert share == pytest.approx(1, abs=0.2)
    assert orders_on_closed_days(brand(level=sundays_and_christmas, closed={"weekdays": ["sunday"]})) == 0
    assert orders_on_closed_days(brand()) is None


def test_one_gap_of_a_sparse_brand_is_no_closure() -> None:
    """Three orders a day: a day without any is no gap, eight are."""
    day = date(2025, 11, 10)
    one = brand(usual=3, level=lambda on: float(on != day))
    assert find_all_gaps(one).over == []
    eight = brand(usual=3, level=lambda on: float(not day <= on < day + timedelta(days=12)))
    assert len(find_all_gaps(eight).over) == 1
