"""The door: what did the treatment change, by how much, and how sure is that?"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Literal

import pyarrow.dataset as ds

from perennial.experimentation.aggregation import cluster_samples, count_repeated, group, unit_samples
from perennial.experimentation.comparisons import Setting, compare_all, looks_over_time, measure
from perennial.experimentation.critical_values import TUNED_AT, Bounds
from perennial.experimentation.errors import ExperimentInputError, missing_column
from perennial.experimentation.metrics import ROWS, Kind, Metric, parse_metrics, value_columns
from perennial.experimentation.moments import Sample
from perennial.experimentation.results import Analysis, Arm
from perennial.experimentation.sample_ratio import check_ratio, shares_of
from perennial.experimentation.scan import Survey, check_arms, check_metrics, read_survey
from perennial.experimentation.source import Data, Layout, open_data, with_layout

ACCRUAL_DAYS = 14
UNBALANCED = 0.001
FEW = 10


class Duplicates(StrEnum):
    """What to do with several rows of one unit."""

    REFUSE = "refuse"
    ADD = "add"


def analyze(
    data: Data,
    *,
    arm: str,
    control: str,
    metrics: Sequence[str],
    treatments: Sequence[str] | None = None,
    unit: str | None = None,
    duplicates: Duplicates | Literal["refuse", "add"] = Duplicates.REFUSE,
    covariates: Sequence[str] = (),
    cluster: str | None = None,
    time: str | None = None,
    sequential: bool = False,
    tuned_at: int = TUNED_AT,
    alpha: float = 0.05,
    expected_shares: Mapping[str, float] | None = None,
    relevant_lift: float | None = None,
    units_per_day: float | None = None,
) -> Analysis:
    """Every treatment arm against the control, on every metric. `data`: an Arrow table, or a CSV or Parquet file.

    `metrics` are columns, or `numerator/denominator`; 0 and 1 make a rate. Every row is a unit, unless `unit` names
    the column that does: rows that share one are refused, or added up with `duplicates="add"`. `cluster` draws the rows
    of a cluster together. `covariates` must be known before the start; they narrow the intervals. `time` is the day
    from which a row counts: it gives the interval over time. `sequential` makes intervals that hold at every look,
    tightest at `tuned_at` units. `expected_shares` are the planned sizes of all arms (equal by default).
    `relevant_lift` is the smallest that would matter: the wait is told for it, and a verdict of "no relevant
    difference" becomes possible. Raises ExperimentInputError, FileNotFoundError.
    """
    if not 0 < alpha < 1:
        raise ExperimentInputError(f"alpha must lie between 0 and 1, not {alpha:g}")
    if tuned_at < 1:
        raise ExperimentInputError(f"An anytime interval is tuned at some number of units, not at {tuned_at}")
    dataset = open_data(data)
    layout, parsed = _layout(dataset, arm, metrics, covariates, unit, cluster, time)
    dataset = with_layout(data, dataset, layout)
    survey = read_survey(dataset, layout)
    others = check_arms(survey, control, treatments)
    check_metrics(survey, parsed)
    samples, what = _samples(dataset, survey, Duplicates(duplicates), covariates)
    kinds = {metric: survey.kind(metric, samples[-1][1]) for metric in parsed}
    bounds = Bounds(alpha, sequential, tuned_at)
    setting = Setting(parsed, kinds, tuple(covariates), others, control, bounds, cluster is not None)
    return _answer(survey, samples, what, setting, expected_shares, relevant_lift, units_per_day)


def _layout(
    dataset: ds.Dataset,
    arm: str,
    metrics: Sequence[str],
    covariates: Sequence[str],
    unit: str | None,
    cluster: str | None,
    time: str | None,
) -> tuple[Layout, tuple[Metric, ...]]:
    columns = dataset.schema.names
    parsed = parse_metrics(metrics, columns)
    for name in covariates:
        if name not in columns:
            raise missing_column(name, columns, "covariate")
    return Layout(arm, value_columns(parsed, covariates), unit, cluster, time), parsed


def _samples(
    dataset: ds.Dataset, survey: Survey, duplicates: Duplicates, covariates: Sequence[str]
) -> tuple[list[tuple[int, Sample]], str]:
    """Each day with its sample, and what is independent in it."""
    layout, columns = survey.layout, (ROWS, *survey.layout.values)
    repeated = count_repeated(dataset, layout) if layout.unit else (0, 0, "")
    if repeated[0] and duplicates is Duplicates.ADD and layout.cluster is None:
        grouped = group(dataset, layout, str(layout.unit))
        if grouped.count_spanning:
            raise ExperimentInputError(
                f"{grouped.count_spanning:,} units of {layout.unit!r} have rows in more than one arm: whoever was "
                "treated and held out tells nothing. Leave them out, and find out how it came"
            )
        return list(unit_samples(grouped, columns, covariates)), f"{layout.unit}, its rows added up"
    if repeated[0] and layout.cluster is None:
        raise ExperimentInputError(_repeated_words(str(layout.unit), repeated))
    if layout.cluster is not None:
        return list(cluster_samples(group(dataset, layout, layout.cluster), columns)), f"{layout.cluster} (clusters)"
    return survey.samples(), layout.unit or "row"


def _repeated_words(unit: str, repeated: tuple[int, int, str]) -> str:
    count, rows, example = repeated
    return (
        f"{count:,} units of {unit!r} have more than one row ({rows:,} rows together, {example!r} is one of them). "
        f'If they are events of a unit, add them up with duplicates "add" (--duplicates add); if each row counts for '
        f"itself, use --cluster {unit}; if they are copies, remove them"
    )


def _answer(
    survey: Survey,
    samples: list[tuple[int, Sample]],
    what: str,
    setting: Setting,
    expected_shares: Mapping[str, float] | None,
    relevant_lift: float | None,
    units_per_day: float | None,
) -> Analysis:
    newest = samples[-1][1]
    arms = _arms(newest, survey, expected_shares)
    per_day = units_per_day or (_accrual(samples, setting) if survey.layout.time else None)
    bounds = setting.bounds
    return Analysis(
        control=setting.control,
        arms=arms,
        comparisons=compare_all(newest, setting, relevant_lift, per_day),
        sample_ratio=check_ratio(
            {one.name: one.units for one in arms},
            {one.name: one.expected_share for one in arms},
            is_sequential=bounds.is_sequential,
        ),
        alpha=bounds.alpha,
        is_sequential=bounds.is_sequential,
        unit_of_analysis=what,
        units_per_day=per_day,
        notes=_notes(newest, survey, setting),
        looks=looks_over_time(samples, setting) if survey.layout.time else (),
    )


def _arms(sample: Sample, survey: Survey, expected: Mapping[str, float] | None) -> tuple[Arm, ...]:
    shares = shares_of(expected, survey.arms)
    rows = {arm: round(sample.total(arm, ROWS)) for arm in survey.arms}
    # Clusters that lie in several arms were not what was assigned: their rows were.
    units = rows if sample.clusters is not None else {arm: sample.arms[arm].count for arm in survey.arms}
    return tuple(Arm(arm, units[arm], rows[arm], shares[arm]) for arm in survey.arms)


def _accrual(samples: list[tuple[int, Sample]], setting: Setting) -> float | None:
    """New units a day over the last two weeks; None when no new ones come."""
    last_day, newest = samples[-1]
    first_day = max(samples[0][0] - 1, last_day - ACCRUAL_DAYS)
    before = [sample for day, sample in samples if day <= first_day]
    gained = _units(newest, setting) - (_units(before[-1], setting) if before else 0)
    return gained / (last_day - first_day) if gained else None


def _units(sample: Sample, setting: Setting) -> int:
    if sample.clusters is not None:
        return sample.clusters
    return sum(sample.arms[arm].count for arm in (setting.control, *setting.treatments) if arm in sample.arms)


def _notes(sample: Sample, survey: Survey, setting: Setting) -> tuple[str, ...]:
    notes = []
    if survey.without_arm:
        notes.append(f"{survey.without_arm:,} rows without an arm were left out")
    if survey.without_day:
        notes.append(f"{survey.without_day:,} rows without a day in {survey.layout.time!r} were left out")
    notes += [_few_words(metric, setting) for metric in setting.metrics if _has_few(sample, metric, setting)]
    bare = replace(setting, covariates=())
    for name in setting.covariates:
        for treatment in setting.treatments:
            if measure(sample, Metric(name, name), treatment, bare).p_value < UNBALANCED:
                notes.append(
                    f"Covariate {name!r} differs between {treatment!r} and the control more than chance allows: was it "
                    "measured before the start? If not, it takes away some of the effect itself"
                )
    return tuple(notes)


def _has_few(sample: Sample, metric: Metric, setting: Setting) -> bool:
    """Whether a rate that needs the central limit theorem rests on a handful of events."""
    needs_many = bool(setting.covariates) or setting.is_clustered
    is_rate = setting.kinds[metric] is Kind.RATE
    return is_rate and needs_many and min(sample.total(arm, metric.numerator) for arm in setting.arms) < FEW


def _few_words(metric: Metric, setting: Setting) -> str:
    return (
        f"{metric.name!r} happened less than {FEW} times in an arm: with "
        f"{'clusters' if setting.is_clustered else 'covariates'} its interval is rough"
    )
