"""Hundreds of simulated experiments: false positives, coverage, power and variance reduction against nominal values.

`make validate` shows the figures, which are logged.
"""

import logging
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from perennial.experimentation import Comparison, LiftVerdict, power
from tests.experimentation.markets import REVENUE_MEAN, SPEND_MEAN, compare, correlated, look, spenders, stores

pytestmark = [pytest.mark.validation, pytest.mark.timeout(3600)]

log = logging.getLogger("validation")
METRICS = ("bought", "spend", "revenue", "clicks/sends")
RUNS, NULLS = 500, 1000
# With a true rate of 5 %, 1,000 runs find more than this in 1 of 1,000 repetitions.
MOST_FALSE_POSITIVES = float(stats.binom.ppf(0.999, NULLS, 0.05)) / NULLS

Options = dict[str, Any]


def generators(count: int, salt: int) -> list[np.random.Generator]:
    return [np.random.default_rng([number, salt]) for number in range(count)]


@pytest.mark.parametrize("control_share", [0.5, 0.1])
@pytest.mark.parametrize("options", [{}, {"covariates": ["before"]}], ids=["plain", "cuped"])
def test_looking_once_has_false_positives_in_five_percent(control_share: float, options: Options) -> None:
    false_positives: Counter[str] = Counter()
    for generator in generators(NULLS, 1):
        done = look(spenders(generator, 2000, control_share=control_share), METRICS, **options)
        false_positives.update(one.metric for one in done.comparisons if one.p_value <= done.alpha)
        significant = {LiftVerdict.HIGHER, LiftVerdict.LOWER}
        false_positives["any, by Holm"] += any(one.verdict in significant for one in done.comparisons)
    shares = {metric: false_positives[metric] / NULLS for metric in (*METRICS, "any, by Holm")}
    log.info("A/A, 2,000 customers, control %s, %s: false positives %s", control_share, options, shares)
    assert max(shares.values()) <= MOST_FALSE_POSITIVES
    assert min(shares[metric] for metric in METRICS) >= 0.03


@pytest.mark.parametrize("by_store", [True, False])
def test_clusters_have_false_positives_in_five_percent(by_store: bool) -> None:
    tables = [stores(generator, 60, by_store=by_store) for generator in generators(NULLS, 2)]
    share = np.mean([compare(table, "spend", cluster="store").p_value <= 0.05 for table in tables])
    ignored = np.mean([compare(table, "spend").p_value <= 0.05 for table in tables])
    log.info("A/A, 60 stores, by store %s: false positives %.3f; clusters ignored %.3f", by_store, share, ignored)
    assert share <= MOST_FALSE_POSITIVES
    assert ignored > MOST_FALSE_POSITIVES


@pytest.mark.parametrize(("control_share", "per_day"), [(0.5, 100), (0.1, 100), (0.5, 20)])
def test_looking_daily_has_false_positives_in_at_most_five_percent(control_share: float, per_day: int) -> None:
    false_positives: Counter[str] = Counter()
    metrics = [*METRICS, "noise"]
    for generator in generators(NULLS, 3):
        table = spenders(generator, 60 * per_day, control_share=control_share, per_day=per_day)
        looks = look(table, metrics, time="day", sequential=True).looks
        false_positives.update({one.metric for one in looks if one.p_value <= 0.05})
    shares = {metric: false_positives[metric] / NULLS for metric in metrics}
    log.info("A/A, 60 daily looks, %s a day, control %s: false positives %s", per_day, control_share, shares)
    assert max(shares.values()) <= 0.05


def test_looking_daily_at_intervals_for_one_look_has_many() -> None:
    false_positives = 0
    for generator in generators(200, 3):
        looks = look(spenders(generator, 6000), ["noise"], time="day").looks
        false_positives += any(one.p_value <= 0.05 for one in looks)
    log.info("A/A, 60 daily looks at fixed intervals: false positives %.3f", false_positives / 200)
    assert false_positives / 200 > 0.2


def test_anytime_valid_intervals_contain_the_truth_at_all_looks_together() -> None:
    missed = 0
    for generator in generators(RUNS, 4):
        table = spenders(generator, 6000, lift=0.1)
        looks = look(table, ["spend"], time="day", sequential=True, covariates=["before"]).looks
        missed += any(not one.interval.contains(0.1 * SPEND_MEAN) for one in looks)
    log.info("60 daily looks at a planted lift: truth missed at any of them in %.3f", missed / RUNS)
    assert missed / RUNS <= 0.05


def lift_of(one: Comparison) -> bool:
    return one.lift_interval is not None and one.lift_interval.contains(0.1)


def difference_of(truth: float) -> Callable[[Comparison], bool]:
    return lambda one: one.interval.contains(truth)


COVERED: dict[str, tuple[Callable[[np.random.Generator], pa.Table], str, Options, Callable[[Comparison], bool]]] = {
    "rate": (lambda g: spenders(g, 20_000, 0.1), "bought", {}, lift_of),
    "rate, difference": (lambda g: spenders(g, 20_000, 0.1), "bought", {}, difference_of(0.1 * 0.05)),
    "mean": (lambda g: spenders(g, 20_000, 0.1), "spend", {}, lift_of),
    "mean, difference": (lambda g: spenders(g, 20_000, 0.1), "spend", {}, difference_of(0.1 * SPEND_MEAN)),
    "ratio": (lambda g: spenders(g, 20_000, 0.1), "clicks/sends", {}, lift_of),
    "CUPED": (lambda g: spenders(g, 20_000, 0.1), "spend", {"covariates": ["before"]}, lift_of),
    "whole stores": (lambda g: stores(g, 60, 0.5), "spend", {"cluster": "store"}, difference_of(0.5)),
    "within stores": (
        lambda g: stores(g, 60, 0.5, by_store=False),
        "spend",
        {"cluster": "store"},
        difference_of(0.5),
    ),
    "2,000, rate": (lambda g: spenders(g, 2000, 0.1), "bought", {}, lift_of),
    "2,000, mean": (lambda g: spenders(g, 2000, 0.1), "spend", {}, lift_of),
    "2,000, ratio": (lambda g: spenders(g, 2000, 0.1), "clicks/sends", {}, lift_of),
    "2,000, CUPED": (lambda g: spenders(g, 2000, 0.1), "spend", {"covariates": ["before"]}, lift_of),
    "2,000, 10 % held out, rate": (lambda g: spenders(g, 2000, 0.1, control_share=0.1), "bought", {}, lift_of),
    "2,000, 10 % held out, mean": (lambda g: spenders(g, 2000, 0.1, control_share=0.1), "spend", {}, lift_of),
    "2,000, 10 % held out, revenue": (
        lambda g: spenders(g, 2000, 0.1, control_share=0.1),
        "revenue",
        {},
        difference_of(0.1 * REVENUE_MEAN),
    ),
    "2,000, 10 % held out, ratio": (lambda g: spenders(g, 2000, 0.1, control_share=0.1), "clicks/sends", {}, lift_of),
    "2,000, 10 % held out, rate of 2 %": (
        lambda g: spenders(g, 2000, 0.1, control_share=0.1, rate=0.02),
        "bought",
        {},
        difference_of(0.1 * 0.02),
    ),
}


@pytest.mark.parametrize("name", COVERED)
def test_planted_lifts_lie_in_95_percent_intervals_in_93_to_97_percent(name: str) -> None:
    make, metric, options, covers = COVERED[name]
    share = np.mean([covers(compare(make(generator), metric, **options)) for generator in generators(RUNS, 5)])
    log.info("coverage of 95 %% intervals, %s: %.3f of %d", name, share, RUNS)
    assert 0.93 <= share <= 0.97


@pytest.mark.parametrize("correlation", [0.3, 0.5, 0.7, 0.9])
def test_covariates_narrow_intervals_as_theory_says(correlation: float) -> None:
    ratios = []
    for generator in generators(100, 6):
        table = correlated(generator, 5000, correlation)
        plain, adjusted = compare(table, "after"), compare(table, "after", covariates=["before"])
        ratios.append(adjusted.interval.width / plain.interval.width)
    expected = float(np.sqrt(1 - correlation**2))
    log.info("CUPED, correlation %s: width %.4f of plain, theory %.4f", correlation, np.mean(ratios), expected)
    assert np.mean(ratios) == pytest.approx(expected, rel=0.01)


def test_a_planted_lift_of_five_percent_is_found_at_the_planned_power() -> None:
    plan = power(0.2, 0.05)
    found = [
        compare(spenders(generator, plan.units, 0.05, rate=0.2), "bought").verdict is LiftVerdict.HIGHER
        for generator in generators(RUNS, 7)
    ]
    log.info("lift of 5 %% on 20 %%, %d customers: found in %.3f, planned 0.8", plan.units, np.mean(found))
    low, high = (float(stats.binom.ppf(tail, RUNS, 0.8)) / RUNS for tail in (0.001, 0.999))
    assert low <= np.mean(found) <= high


def test_the_sequential_plan_has_found_the_lift_by_its_end() -> None:
    plan = power(0.2, 0.05, is_sequential=True)
    per_day = plan.units // 30
    days = []
    for generator in generators(200, 8):
        table = spenders(generator, per_day * 30, 0.05, rate=0.2, per_day=per_day)
        looks = look(table, ["bought"], time="day", sequential=True).looks
        days.append(next((number for number, one in enumerate(looks, 1) if one.p_value <= 0.05), None))
    found = [day for day in days if day is not None]
    log.info("sequential plan: found in %.3f by day 30, half of them by day %d", len(found) / 200, np.median(found))
    assert len(found) / 200 >= 0.75


def test_sample_ratios_have_no_more_false_positives_than_nominal() -> None:
    generator = np.random.default_rng(9)
    p_values = []
    for count in generator.binomial(10_000, 0.1, 500):
        table = pa.table({"arm": ["holdout"] * count + ["email"] * (10_000 - count), "y": np.arange(10_000) % 7})
        done = look(table, ["y"], expected_shares={"holdout": 0.1, "email": 0.9})
        p_values.append(done.sample_ratio.p_value)
    log.info("sample ratio: share of p <= 0.05 %.3f", np.mean(np.array(p_values) <= 0.05))
    assert stats.kstest(p_values, "uniform").pvalue > 0.001
