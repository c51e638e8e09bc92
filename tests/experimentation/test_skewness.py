"""A skewed metric with a small control: few false positives, and nothing changed where the arms are of one size."""

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from perennial.experimentation.skewness import correct_skewness, invert_skewness_correction, skewness_of_difference
from tests.experimentation.markets import compare, spenders


def few_held_out(seed: int) -> pa.Table:
    return spenders(np.random.default_rng([seed, 1]), 2_000, control_share=0.1)


@pytest.mark.parametrize("skew", [-1.5, -0.2, -1e-5, -1e-7, 0.0, 1e-7, 1e-5, 0.2, 1.5])
def test_the_correction_increases_and_has_its_inverse(skew: float) -> None:
    statistics = np.linspace(-6, 6, 201)
    corrected = [correct_skewness(one, skew) for one in statistics]
    assert np.all(np.diff(corrected) >= 0)
    assert [invert_skewness_correction(one, skew) for one in corrected] == pytest.approx(statistics, abs=1e-8)


def test_the_difference_is_skewed_where_the_arms_differ_in_size_and_not_otherwise() -> None:
    assert skewness_of_difference(5.0, 700, 700) == 0
    # Of 900 exponential values less the mean of 90: the skewness of the difference, by simulation.
    random = np.random.default_rng(1)
    differences = random.exponential(size=(20_000, 900)).mean(axis=1) - random.exponential(size=(20_000, 90)).mean(
        axis=1
    )
    assert skewness_of_difference(2.0, 900, 90) == pytest.approx(stats.skew(differences), abs=0.05)


def test_p_value_and_interval_are_those_of_the_published_transformation() -> None:
    data = few_held_out(1)
    treated = np.array(data["arm"]) == "email"
    values = np.array(data["revenue"])
    one, other = values[treated], values[~treated]
    centred = np.concatenate([one - one.mean(), other - other.mean()])
    skew = skewness_of_difference(float(np.mean(centred**3) / np.mean(centred**2) ** 1.5), len(one), len(other))
    peer = stats.ttest_ind(one, other, equal_var=False)
    corrected = peer.statistic + skew * peer.statistic**2 / 3 + skew**2 * peer.statistic**3 / 27 + skew / 6
    found = compare(data, "revenue")
    assert found.p_value == pytest.approx(2 * stats.t.sf(abs(corrected), peer.df), rel=0.001)
    # The p-value of the hypothesis at an end of the interval is alpha.
    assert found.interval.low < found.difference < found.interval.high
    for end, sign in ((found.interval.low, 1), (found.interval.high, -1)):
        at_end = correct_skewness((found.difference - end) / found.standard_error, skew)
        assert sign * at_end == pytest.approx(stats.t.isf(0.025, peer.df), rel=0.01)


def test_a_metric_that_is_not_skewed_is_compared_as_by_welch_however_small_the_control() -> None:
    for seed in range(20):
        data = few_held_out(seed)
        assert compare(data, "noise").p_value == pytest.approx(welch(data, "noise"), abs=0.02)


def test_revenue_with_ten_percent_held_out_has_no_more_false_positives_than_nominal() -> None:
    """Welch's test, without the correction, has twice as many."""
    runs = [few_held_out(seed) for seed in range(600)]
    rejected = np.mean([compare(data, "revenue").p_value <= 0.05 for data in runs])
    assert rejected <= stats.binom.ppf(0.999, 600, 0.05) / 600
    assert np.mean([welch(data, "revenue") <= 0.05 for data in runs]) > 0.08


def welch(data: pa.Table, metric: str) -> float:
    treated = np.array(data["arm"]) == "email"
    values = np.array(data[metric])
    return float(stats.ttest_ind(values[treated], values[~treated], equal_var=False).pvalue)


def test_interval_and_p_value_of_a_lift_agree() -> None:
    for seed in range(50):
        found = compare(few_held_out(seed), "spend")
        assert found.lift_interval is not None
        assert found.lift_interval.contains(0) == found.interval.contains(0) == (found.p_value > 0.05)
