"""A shift is distinguished from sampling noise, whatever the size of the samples."""

import numpy as np
import pandas as pd
import pytest

from perennial.monitoring.population_stability import LARGE_SHIFT, Shift, measure_shift


def shift_of(reference: object, current: object, comparisons: int = 85) -> Shift:
    found = measure_shift(pd.Series(reference), pd.Series(current), comparisons)
    assert found is not None
    return found


@pytest.mark.parametrize("count", [60, 1_000, 20_000])
def test_two_samples_of_one_distribution_have_not_drifted(count: int) -> None:
    generator = np.random.default_rng(1)
    found = [shift_of(generator.gamma(2, 30, count), generator.gamma(2, 30, count)) for _ in range(50)]
    assert not any(one.is_drifted for one in found)


def test_few_customers_have_to_move_further_to_count_as_drift() -> None:
    generator = np.random.default_rng(2)
    few, many = (shift_of(generator.normal(size=n), generator.normal(0.3, 1, n)) for n in (60, 20_000))
    assert few.threshold > LARGE_SHIFT
    assert many.threshold == LARGE_SHIFT


def test_a_planted_shift_is_found() -> None:
    generator = np.random.default_rng(3)
    assert shift_of(generator.normal(size=1_000), generator.normal(0.7, 1, 1_000)).is_drifted


def test_values_that_go_missing_are_drift() -> None:
    generator = np.random.default_rng(4)
    now = generator.normal(size=1_000)
    now[:400] = np.nan
    assert shift_of(generator.normal(size=1_000), now).is_drifted


def test_a_department_that_nobody_bought_before_is_drift_and_a_flag_can_drift_too() -> None:
    generator = np.random.default_rng(5)
    before = generator.choice(["wine", "bread"], 1_000)
    assert not shift_of(before, generator.choice(["wine", "bread"], 1_000)).is_drifted
    assert shift_of(before, generator.choice(["wine", "bread", "toys"], 1_000)).is_drifted
    assert shift_of(generator.random(1_000) < 0.2, generator.random(1_000) < 0.6).is_drifted


def test_counts_with_many_equal_values_are_compared_without_cutting_them_apart() -> None:
    generator = np.random.default_rng(6)
    before, now = generator.poisson(0.3, (2, 5_000)).astype(float)
    assert not shift_of(before, now).is_drifted
    assert shift_of(before, now + (generator.random(5_000) < 0.4)).is_drifted


def test_constant_or_empty_samples_cannot_be_compared() -> None:
    assert measure_shift(pd.Series([1.0, 1.0]), pd.Series([1.0])) is None
    assert measure_shift(pd.Series([], dtype=float), pd.Series([1.0])) is None
