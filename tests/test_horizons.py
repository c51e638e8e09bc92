"""A horizon that no longer fits the cadence is announced, and no other."""

from datetime import date

import pytest

from perennial.horizons import Horizon

FIXED = date(2026, 1, 4)


@pytest.mark.parametrize("following", [28, 35, 21])
def test_a_horizon_within_a_third_of_the_cadence_is_not_announced(following: int) -> None:
    assert Horizon("churn_risk", 28, "first champion", following, 7.0, FIXED).announcement is None


@pytest.mark.parametrize("following", [42, 14])
def test_a_fixed_horizon_that_should_change_is_announced_with_the_line_to_write(following: int) -> None:
    words = Horizon("churn_risk", 28, "first champion", following, 10.5, FIXED, 7.0).announcement
    assert words is not None
    assert "churn_risk looks 28 days ahead, fixed as of 2026-01-04, when the usual gap was 7 days." in words
    assert f"`horizons_days: {{churn_risk: {following}}}` in lifecycle.yml" in words


@pytest.mark.parametrize("decided_by", ["lifecycle.yml", "cadence", "default"])
def test_only_a_fixed_horizon_is_announced(decided_by: str) -> None:
    assert Horizon("churn_risk", 28, decided_by, 119, 30.0).announcement is None
