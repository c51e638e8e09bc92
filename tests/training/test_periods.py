"""The split by time: no label of an earlier period reaches into a later one."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.data.periods import SHARES, later_folds, plan_periods


def sundays(count: int) -> list[date]:
    return [date(2017, 1, 1) + timedelta(weeks=week) for week in range(count)]


@given(weeks=st.integers(1, 120), horizon=st.integers(1, 90), shares=st.sampled_from(SHARES))
def test_no_label_reaches_into_a_later_period(weeks: int, horizon: int, shares: tuple[float, float]) -> None:
    periods = plan_periods(sundays(weeks), horizon, *shares)
    if periods is None:
        return
    for earlier, later in ((periods.fit, periods.calibration), (periods.calibration, periods.test)):
        assert max(earlier) + timedelta(days=horizon) <= min(later)
    assert max(periods.test) == max(sundays(weeks))


@given(weeks=st.integers(0, 60), horizon=st.integers(1, 90))
def test_no_label_reaches_into_the_later_part_of_a_fold(weeks: int, horizon: int) -> None:
    for earlier, later in later_folds(sundays(weeks), horizon):
        assert max(earlier) + timedelta(days=horizon) <= min(later)


def test_a_year_of_weeks_is_mostly_for_fitting() -> None:
    periods = plan_periods(sundays(51), 7)
    assert periods is not None
    assert (len(periods.fit), len(periods.calibration), len(periods.test)) == (28, 10, 13)


@pytest.mark.parametrize(("weeks", "horizon"), [(0, 7), (2, 7), (8, 28), (16, 56)])
def test_a_history_shorter_than_its_embargoes_has_no_split(weeks: int, horizon: int) -> None:
    assert plan_periods(sundays(weeks), horizon) is None


def test_the_shortest_history_that_can_be_split_has_a_day_in_each_period() -> None:
    periods = plan_periods(sundays(3), 7)
    assert periods is not None
    assert [len(days) for days in periods.named().values()] == [1, 1, 1]


def test_the_order_and_repetition_of_the_days_do_not_matter() -> None:
    assert plan_periods([*reversed(sundays(40)), *sundays(40)], 28) == plan_periods(sundays(40), 28)
