"""What did the treatment change, by how much, and how certain is that?"""

from collections.abc import Mapping, Sequence
from typing import Literal

import pyarrow.dataset as ds

from perennial.experimentation.comparisons import ComparisonSettings, compare_all, looks_over_time
from perennial.experimentation.critical_values import TUNED_AT, IntervalMethod
from perennial.experimentation.metrics import ROWS, Metric, parse_metrics, value_columns
from perennial.experimentation.moments import Sample
from perennial.experimentation.notes import collect_notes
from perennial.experimentation.results import Analysis, ArmSize
from perennial.experimentation.sample_ratio import check_ratio, expected_shares_of
from perennial.experimentation.samples import DailySamples, Duplicates, daily_samples
from perennial.experimentation.scan import Scan, scan_rows
from perennial.experimentation.scan_checks import check_arms, check_metrics
from perennial.experimentation.source import ExperimentColumns, open_columns
from perennial.tabular import InputError, TableSource, missing_column, open_dataset

ACCRUAL_DAYS = 14


def analyze(
    data: TableSource,
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
    """Every treatment arm against the control, on every metric.

    `data`: a data frame, an Arrow table, or a CSV or Parquet file. `metrics` are columns, or `numerator/denominator`;
    0 and 1 make a rate. Every row is a unit, unless `unit` names the column that does: rows that share one are refused,
    or added up with `duplicates="add"`. `cluster` takes the rows of a cluster as correlated. `covariates` must be known
    before the start; they narrow the intervals. `time` is the day from which a row counts: it gives the interval over
    time. `sequential` makes intervals that hold at every look, tightest at `tuned_at` units. `expected_shares` are the
    planned sizes of all arms (equal by default). `relevant_lift` is the smallest that would matter: the wait refers to
    it, and a verdict of "no relevant difference" becomes possible. Raises InputError, FileNotFoundError.
    """
    if not 0 < alpha < 1:
        raise InputError(f"alpha must lie between 0 and 1, not {alpha:g}")
    if tuned_at < 1:
        raise InputError(f"An anytime-valid interval is tuned at some number of units, not at {tuned_at}")
    dataset = open_dataset(data)
    parsed = _parse(dataset, metrics, covariates)
    columns = ExperimentColumns(arm, value_columns(parsed, covariates), unit, cluster, time)
    dataset = open_columns(data, dataset, columns)
    scan = scan_rows(dataset, columns)
    others = check_arms(scan, control, treatments)
    check_metrics(scan, parsed)
    samples = daily_samples(dataset, scan, Duplicates(duplicates), covariates)
    kinds = {metric: scan.metric_kind(metric, samples.newest) for metric in parsed}
    method = IntervalMethod(alpha, sequential, tuned_at)
    settings = ComparisonSettings(parsed, kinds, tuple(covariates), others, control, method, cluster is not None)
    sizes = _arm_sizes(samples.newest, scan, expected_shares)
    return _summarise(scan, samples, settings, sizes, relevant_lift, units_per_day)


def _parse(dataset: ds.Dataset, metrics: Sequence[str], covariates: Sequence[str]) -> tuple[Metric, ...]:
    columns = dataset.schema.names
    parsed = parse_metrics(metrics, columns)
    for name in covariates:
        if name not in columns:
            raise missing_column(name, columns, "covariate")
    return parsed


def _arm_sizes(sample: Sample, scan: Scan, expected: Mapping[str, float] | None) -> tuple[ArmSize, ...]:
    shares = expected_shares_of(expected, scan.arms)
    rows = {arm: round(sample.total(arm, ROWS)) for arm in scan.arms}
    # Clusters that lie in several arms were not what was assigned: their rows were.
    units = rows if sample.clusters is not None else {arm: sample.arms[arm].count for arm in scan.arms}
    return tuple(ArmSize(arm, units[arm], rows[arm], shares[arm]) for arm in scan.arms)


def _summarise(
    scan: Scan,
    samples: DailySamples,
    settings: ComparisonSettings,
    sizes: tuple[ArmSize, ...],
    relevant_lift: float | None,
    units_per_day: float | None,
) -> Analysis:
    per_day = units_per_day or (_accrual(samples, settings) if scan.columns.time else None)
    method = settings.method
    return Analysis(
        control=settings.control,
        arms=sizes,
        comparisons=compare_all(samples.newest, settings, relevant_lift, per_day),
        sample_ratio=check_ratio(
            {one.name: one.units for one in sizes},
            {one.name: one.expected_share for one in sizes},
            is_sequential=method.is_sequential,
        ),
        alpha=method.alpha,
        is_sequential=method.is_sequential,
        unit_of_analysis=samples.unit_of_analysis,
        units_per_day=per_day,
        notes=collect_notes(samples.newest, scan, settings),
        looks=looks_over_time(samples.by_day, settings) if scan.columns.time else (),
    )


def _accrual(samples: DailySamples, settings: ComparisonSettings) -> float | None:
    """New units a day over the last two weeks; None when no new ones come."""
    last_day, newest = samples.by_day[-1]
    first_day = max(samples.by_day[0][0] - 1, last_day - ACCRUAL_DAYS)
    before = [sample for day, sample in samples.by_day if day <= first_day]
    gained = _count_units(newest, settings) - (_count_units(before[-1], settings) if before else 0)
    return gained / (last_day - first_day) if gained else None


def _count_units(sample: Sample, settings: ComparisonSettings) -> int:
    if sample.clusters is not None:
        return sample.clusters
    return sum(sample.arms[arm].count for arm in settings.arms if arm in sample.arms)
