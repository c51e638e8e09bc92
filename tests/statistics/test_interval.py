"""One type of interval for every package."""

from math import inf

from perennial.statistics import Interval


def test_limits_belong_to_the_interval() -> None:
    interval = Interval(0.5, 0.2, 0.9)
    assert interval.contains(0.2)
    assert interval.contains(0.9)
    assert not interval.contains(0.1999)
    assert interval.width == 0.9 - 0.2


def test_an_interval_excludes_zero_on_the_side_it_lies() -> None:
    assert Interval(0.5, 0.2, 0.9).is_above_zero
    assert Interval(-0.5, -0.9, -0.2).is_below_zero
    touching = Interval(0.5, 0.0, 0.9)
    assert not touching.is_above_zero
    assert not touching.is_below_zero


def test_an_interval_about_which_nothing_is_known_contains_everything() -> None:
    assert Interval(1.0, -inf, inf).contains(-1e300)
