"""Lift agrees with textbooks and peers, and a small seeded version of each validation holds."""

import json

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats
from sklearn.linear_model import LinearRegression

from perennial.experimentation import LiftVerdict, MetricKind, power
from tests.experimentation.markets import SPEND_MEAN, compare, correlated, look, spenders, stores


def table(seed: int = 1, count: int = 3000, lift: float = 0.0, **options: float) -> pa.Table:
    return spenders(np.random.default_rng(seed), count, lift, **options)  # type: ignore[arg-type]  # shares and rates


def split(data: pa.Table, column: str) -> tuple["np.ndarray[tuple[int], np.dtype[np.float64]]", ...]:
    treated = np.array(data["arm"]) == "email"
    values = np.array(data[column], dtype=float)
    return values[treated], values[~treated]


def test_a_mean_is_compared_as_by_welch_in_scipy() -> None:
    data = table()
    treated = np.array(data["arm"]) == "email"
    size = min(treated.sum(), (~treated).sum())
    data = data.take(np.concatenate([np.flatnonzero(treated)[:size], np.flatnonzero(~treated)[:size]]))
    found = compare(data, "spend")
    peer = stats.ttest_ind(*split(data, "spend"), equal_var=False)
    assert found.kind is MetricKind.MEAN
    assert found.p_value == pytest.approx(peer.pvalue, rel=1e-9)
    peer_interval = peer.confidence_interval()
    assert (found.interval.low, found.interval.high) == pytest.approx((peer_interval.low, peer_interval.high), rel=1e-9)


def test_a_rate_is_compared_as_by_the_chi_square_of_scipy() -> None:
    data = table()
    found = compare(data, "bought")
    treated, control = split(data, "bought")
    counts = [[part.sum(), len(part) - part.sum()] for part in (treated, control)]
    peer = stats.chi2_contingency(counts, correction=False)
    unbiased = stats.chi2.sf(peer.statistic * (len(data) - 1) / len(data), 1)
    assert found.kind is MetricKind.RATE
    assert found.p_value == pytest.approx(unbiased, rel=1e-9)


def test_the_interval_of_a_rate_is_the_published_one() -> None:
    """56 of 70 against 48 of 80: 0.0528 to 0.3382 by Miettinen & Nurminen (Newcombe 1998, table II, example a)."""
    bought = [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32
    found = compare(pa.table({"arm": ["email"] * 70 + ["holdout"] * 80, "bought": bought}), "bought")
    assert (found.interval.low, found.interval.high) == pytest.approx((0.0528, 0.3382), abs=5e-5)


def test_a_ratio_has_the_standard_error_of_resampled_customers() -> None:
    data = table()
    found = compare(data, "clicks/sends")
    generator = np.random.default_rng(5)
    (clicks, other_clicks), (sends, other_sends) = split(data, "clicks"), split(data, "sends")
    draws = []
    for _ in range(2000):
        one = generator.integers(0, len(clicks), len(clicks))
        other = generator.integers(0, len(other_clicks), len(other_clicks))
        draws.append(clicks[one].sum() / sends[one].sum() - other_clicks[other].sum() / other_sends[other].sum())
    assert found.kind is MetricKind.RATIO
    assert found.difference == pytest.approx(clicks.sum() / sends.sum() - other_clicks.sum() / other_sends.sum())
    assert found.standard_error == pytest.approx(np.std(draws), rel=0.06)


def test_covariates_adjust_as_a_regression_does() -> None:
    data = correlated(np.random.default_rng(3), 5000, 0.7, effect=0.2)
    treated = (np.array(data["arm"]) == "email").astype(float)
    before = np.array(data["before"])
    fit = LinearRegression().fit(np.stack([treated, before - before.mean()], axis=1), np.array(data["after"]))
    found = compare(data, "after", covariates=["before"])
    assert found.difference == pytest.approx(fit.coef_[0], abs=found.standard_error / 50)
    assert found.variance_reduction == pytest.approx(0.49, abs=0.03)
    assert found.treatment_mean - found.control_mean == pytest.approx(found.difference)


def test_a_repeated_covariate_changes_nothing() -> None:
    data = correlated(np.random.default_rng(3), 2000, 0.7)
    data = data.append_column("same", pa.array(np.array(data["before"]) * 1e6 + 3))
    once = compare(data, "after", covariates=["before"])
    twice = compare(data, "after", covariates=["before", "same"])
    assert twice.difference == pytest.approx(once.difference, rel=1e-6)
    assert twice.standard_error == pytest.approx(once.standard_error, rel=1e-6)


def test_intervals_narrow_by_the_square_root_of_what_the_covariate_explains() -> None:
    data = correlated(np.random.default_rng(4), 20_000, 0.8)
    plain, adjusted = compare(data, "after"), compare(data, "after", covariates=["before"])
    assert adjusted.interval.width / plain.interval.width == pytest.approx(0.6, rel=0.02)


def test_covariates_narrow_the_score_of_a_rate() -> None:
    data = table(count=20_000, control_share=0.1)
    likely = np.array(data["bought"]) + np.random.default_rng(8).normal(0, 0.2, len(data))
    data = data.append_column("likely", pa.array(likely))
    plain, adjusted = compare(data, "bought"), compare(data, "bought", covariates=["likely"])
    assert adjusted.variance_reduction == pytest.approx(0.54, abs=0.05)
    narrowed = np.sqrt(1 - adjusted.variance_reduction)
    assert adjusted.interval.width / plain.interval.width == pytest.approx(narrowed, rel=0.01)
    assert adjusted.interval.contains(adjusted.difference)
    assert (adjusted.p_value <= 0.05) == (not adjusted.interval.contains(0))


def test_no_digits_are_lost_when_the_mean_is_large() -> None:
    data = table()
    far = data.append_column("far", pa.array(np.array(data["spend"]) + 1e9))
    near, moved = compare(far, "spend"), compare(far, "far")
    assert moved.standard_error == pytest.approx(near.standard_error, rel=1e-6)


def test_clusters_of_one_row_are_rows() -> None:
    data = table()
    rows, clusters = compare(data, "spend"), compare(data, "spend", cluster="customer")
    assert clusters.standard_error == pytest.approx(rows.standard_error, rel=1e-9)
    assert clusters.p_value == pytest.approx(rows.p_value, rel=1e-9)


@pytest.mark.parametrize("by_store", [True, False])
def test_the_error_of_clusters_is_that_of_resampled_clusters(by_store: bool) -> None:
    data = stores(np.random.default_rng(6), 200, by_store=by_store)
    store, spend = np.array(data["store"]), np.array(data["spend"])
    treated = np.array(data["arm"]) == "email"
    columns = [spend * treated, treated, spend * ~treated, ~treated]
    sums = np.stack([np.bincount(store, weights=column, minlength=200) for column in columns])
    generator = np.random.default_rng(7)
    drawn = np.stack([sums[:, generator.integers(0, 200, 200)].sum(axis=1) for _ in range(3000)])
    differences = drawn[:, 0] / drawn[:, 1] - drawn[:, 2] / drawn[:, 3]
    assert compare(data, "spend", cluster="store").standard_error == pytest.approx(np.std(differences), rel=0.06)


def test_rows_of_a_unit_added_up_are_as_if_added_up_before() -> None:
    data = table(count=1000)
    halves = pa.concat_tables([data.set_column(4, "spend", pa.array(np.array(data["spend"]) / 2))] * 2)
    whole = compare(data, "spend", covariates=["before"])
    added = compare(halves, "spend", unit="customer", duplicates="add", covariates=["before"])
    assert added.difference == pytest.approx(whole.difference)
    assert added.standard_error == pytest.approx(whole.standard_error)


def test_what_happened_twice_to_a_unit_is_no_rate() -> None:
    data = table(count=1000)
    found = compare(pa.concat_tables([data, data]), "bought", unit="customer", duplicates="add")
    assert found.kind is MetricKind.MEAN


def test_relative_lift_has_an_asymmetric_interval_that_contains_the_truth() -> None:
    found = compare(table(seed=8, count=8000, lift=0.2), "spend")
    assert found.lift is not None
    assert found.lift_interval is not None
    assert found.lift_interval.contains(0.2)
    assert found.interval.contains(0.2 * SPEND_MEAN)
    assert found.lift_interval.high - found.lift > found.lift - found.lift_interval.low


def test_a_control_that_may_be_zero_has_no_relative_interval() -> None:
    generator = np.random.default_rng(2)
    data = pa.table({"arm": ["email", "holdout"] * 50, "profit": generator.normal(0.1, 5, 100)})
    found = compare(data, "profit")
    assert found.lift_interval is None
    assert "between" in found.sentence


def test_a_planted_lift_is_found_and_no_lift_is_not() -> None:
    assert compare(table(count=20_000, lift=0.3), "spend").verdict is LiftVerdict.HIGHER
    assert compare(table(count=20_000, lift=-0.3), "spend").verdict is LiftVerdict.LOWER
    assert compare(table(count=20_000), "spend").verdict is LiftVerdict.CANNOT_TELL_YET


def test_small_runs_cover_and_have_few_false_positives() -> None:
    covered, alarms = 0, 0
    for seed in range(60):
        done = look(table(seed=seed, count=2000, lift=0.1), ["bought", "spend", "clicks/sends"])
        covered += sum(one.lift_interval is not None and one.lift_interval.contains(0.1) for one in done.comparisons)
        nothing = look(table(seed=seed + 1000, count=2000), ["bought", "spend", "clicks/sends"])
        alarms += sum(one.p_value <= 0.05 for one in nothing.comparisons)
    assert 0.9 <= covered / 180 <= 0.99
    assert alarms / 180 <= 0.1


def test_daily_looks_have_few_false_positives_when_anytime_valid_and_many_when_not() -> None:
    alarms = {True: 0, False: 0}
    for seed in range(30):
        data = table(seed=seed, count=6000, control_share=0.1)
        for is_sequential in alarms:
            looks = look(data, ["noise"], time="day", sequential=is_sequential).looks
            alarms[is_sequential] += any(one.p_value <= 0.05 for one in looks)
    assert alarms[True] <= 2
    assert alarms[False] >= 5


@pytest.mark.parametrize("count", [180, 187, 193, 199, 1999])
def test_a_holdout_in_which_nobody_bought_has_no_lift_but_a_difference(count: int) -> None:
    bought = [1] * 41 + [0] * 1760 + [0] * count
    data = pa.table({"arm": ["email"] * 1801 + ["holdout"] * count, "bought": bought})
    found = compare(data, "bought")
    assert (found.control_mean, found.lift, found.lift_interval) == (0.0, None, None)
    assert found.interval.contains(0.02)


def test_a_holdout_in_which_nobody_bought_yet_supports_no_effect() -> None:
    bought = [1] * 5 + [0] * 85 + [0] * 10
    data = pa.table({"arm": ["email"] * 90 + ["holdout"] * 10, "bought": bought, "spend": np.array(bought) * 20.0})
    for found in look(data, ["bought", "spend"], sequential=True).comparisons:
        assert found.p_value > 0.05
        assert found.interval.contains(0.0)


def test_the_interval_over_time_ends_in_the_answer() -> None:
    done = look(table(count=2000), ["spend", "bought"], time="day", sequential=True)
    last = [one for one in done.looks if one.metric == "spend"][-1]
    assert (last.difference, last.interval) == (done.find("spend").difference, done.find("spend").interval)
    assert len({one.on for one in done.looks}) == 20
    assert done.units_per_day == 100


def test_the_interval_over_time_of_clusters_is_that_of_the_rows_so_far() -> None:
    data = stores(np.random.default_rng(6), 100)
    day = np.datetime64("2026-01-01") + np.random.default_rng(7).integers(0, 3, len(data))
    data = data.append_column("day", pa.array(day))
    looks = look(data, ["spend"], cluster="store", time="day").looks
    first_two = data.filter(pa.array(day < np.datetime64("2026-01-03")))
    expected = compare(first_two, "spend", cluster="store").interval
    assert (looks[1].interval.low, looks[1].interval.high) == pytest.approx((expected.low, expected.high), rel=1e-9)


def test_multiple_comparisons_are_corrected_by_holm() -> None:
    done = look(table(count=4000, lift=0.12), ["bought", "spend", "clicks/sends"])
    ordered = sorted(done.comparisons, key=lambda one: one.p_value)
    expected = np.maximum.accumulate([one.p_value * (3 - rank) for rank, one in enumerate(ordered)])
    assert [one.p_adjusted for one in ordered] == pytest.approx(np.minimum(expected, 1.0))
    assert all(one.simultaneous_interval.width > one.interval.width for one in done.comparisons)


def test_several_treatments_are_each_compared_with_the_control() -> None:
    data = table(count=3000)
    arms = np.array(["holdout", "email", "letter"])[np.arange(3000) % 3]
    done = look(data.set_column(data.schema.get_field_index("arm"), "arm", pa.array(arms)), ["spend"])
    assert [one.treatment for one in done.comparisons] == ["email", "letter"]
    assert done.find("spend", "letter").treatment == "letter"


def test_cannot_tell_yet_says_for_how_long() -> None:
    done = look(table(count=4000, lift=0.03), ["spend"], time="day", relevant_lift=0.03)
    (found,) = done.comparisons
    assert found.verdict is LiftVerdict.CANNOT_TELL_YET
    assert found.more_units is not None
    assert found.more_days is not None
    assert found.more_days == -(-found.more_units // 100)
    assert f"needs {found.more_days:,} more days" in found.sentence
    deviation = found.standard_error * np.sqrt(4000) / 2
    plan = power(found.control_mean, 0.03, deviation=deviation)
    assert found.more_units + 4000 == pytest.approx(plan.units, rel=0.01)


def test_a_difference_too_small_to_matter_is_no_relevant_difference() -> None:
    data = correlated(np.random.default_rng(1), 20_000, 0.5)
    assert compare(data, "after", relevant_lift=0.05).verdict is LiftVerdict.NO_RELEVANT_DIFFERENCE


def test_everything_can_be_json() -> None:
    plain = json.loads(json.dumps(look(table(), ["spend"], time="day").to_dict()))
    assert plain["comparisons"][0]["kind"] == "mean"
    assert plain["looks"][0]["on"] == "2026-01-01"
