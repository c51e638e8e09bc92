"""Plans agree with textbooks and with themselves; sample ratio mismatches are detected."""

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from perennial.experimentation import ExperimentInputError, power
from tests.experimentation.markets import look


def test_the_units_of_a_rate_are_those_of_the_textbook() -> None:
    plan = power(0.1, 0.05, units_per_day=1000)
    quantiles = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)
    each = quantiles**2 * (0.1 * 0.9 + 0.105 * 0.895) / 0.005**2
    assert plan.units == pytest.approx(2 * each, rel=1e-4)
    assert plan.days == -(-plan.units // 1000)
    assert plan.units_control + plan.units_treatment == plan.units


@pytest.mark.parametrize("is_sequential", [True, False])
@pytest.mark.parametrize(("baseline", "deviation"), [(0.04, None), (25.0, 60.0)])
def test_the_smallest_lift_of_a_plan_needs_its_units(
    is_sequential: bool, baseline: float, deviation: float | None
) -> None:
    plan = power(baseline, 0.07, deviation=deviation, is_sequential=is_sequential, control_share=0.1)
    back = power(baseline, units=plan.units, deviation=deviation, is_sequential=is_sequential, control_share=0.1)
    assert back.lift == pytest.approx(0.07, rel=1e-3)


def test_covariates_save_units_and_daily_looks_cost_them() -> None:
    plain = power(25.0, 0.05, deviation=60.0)
    assert power(25.0, 0.05, deviation=60.0, covariate_correlation=0.6).units == pytest.approx(
        0.64 * plain.units, rel=1e-3
    )
    assert power(25.0, 0.05, deviation=60.0, is_sequential=True).units > plain.units


def test_a_small_holdout_costs_units() -> None:
    assert power(0.1, 0.05, control_share=0.1).units > 2.5 * power(0.1, 0.05).units


def test_questions_without_an_answer_are_refused() -> None:
    with pytest.raises(ExperimentInputError, match="either the lift to find, or the units"):
        power(0.1)
    with pytest.raises(ExperimentInputError, match="standard deviation"):
        power(25.0, 0.05)
    with pytest.raises(ExperimentInputError, match="cannot be"):
        power(0.5, 5.0)
    with pytest.raises(ExperimentInputError, match="no lift can be found"):
        power(0.9, units=10)


def split_of(held_out: int, count: int = 20_000) -> pa.Table:
    arms = ["holdout"] * held_out + ["email"] * (count - held_out)
    return pa.table({"arm": arms, "y": np.arange(count) % 7})


@pytest.mark.parametrize("sequential", [True, False])
def test_a_mismatch_is_detected_and_a_planned_split_is_none(sequential: bool) -> None:
    broken = look(split_of(9600), ["y"], sequential=sequential).sample_ratio
    assert broken.is_mismatch
    assert "48.00% (expected 50.00%)" in broken.sentence
    planned = {"holdout": 10, "email": 90}
    healthy = look(split_of(2010), ["y"], expected_shares=planned, sequential=sequential).sample_ratio
    assert not healthy.is_mismatch


def test_the_p_value_of_a_split_is_the_chi_square_of_scipy() -> None:
    found = look(split_of(9900), ["y"]).sample_ratio
    assert found.p_value == pytest.approx(stats.chisquare([9900, 10_100]).pvalue)


def test_shares_must_name_every_arm() -> None:
    with pytest.raises(ExperimentInputError, match="no arm 'letter'"):
        look(split_of(100), ["y"], expected_shares={"holdout": 0.1, "letter": 0.9})
    with pytest.raises(ExperimentInputError, match="no share above 0 for 'email'"):
        look(split_of(100), ["y"], expected_shares={"holdout": 0.1})
