"""One pass over the rows: the moments of every arm and day, and everything that would make a result invalid."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow.dataset as ds

from perennial.experimentation.metrics import ROWS, Metric, MetricKind
from perennial.experimentation.moments import MomentAccumulator, Moments, Sample
from perennial.experimentation.source import ExperimentColumns, ValueBatch, read_batches
from perennial.statistics import Floats
from perennial.tabular import InputError

MOST_ARMS = 50


@dataclass
class Scan:
    """What one pass has seen. `low`, `high`, `is_binary` and `missing` have one entry for each value column."""

    columns: ExperimentColumns
    moments: MomentAccumulator = field(default_factory=MomentAccumulator)
    without_arm: int = 0
    without_day: int = 0
    low: Floats = field(init=False)
    high: Floats = field(init=False)
    missing: Floats = field(init=False)
    is_binary: list[bool] = field(init=False)

    def __post_init__(self) -> None:
        count = len(self.columns.values)
        self.low, self.high = np.full(count, np.inf), np.full(count, -np.inf)
        self.missing, self.is_binary = np.zeros(count), [True] * count

    @property
    def arms(self) -> list[str]:
        return sorted({arm for arm, _ in self.moments.groups})

    @property
    def days(self) -> list[int]:
        return sorted({day for _, day in self.moments.groups})

    def metric_kind(self, metric: Metric, sample: Sample) -> MetricKind:
        """The kind of a metric, by its values in the units of `sample`."""
        if metric.denominator is not None:
            return MetricKind.RATIO
        is_rate = self.is_binary[self.columns.values.index(metric.numerator)]
        # Rows added up can make 2 of what was 0 or 1 in each.
        is_rate = is_rate and (self.columns.cluster is not None or _equals_its_square(sample, metric.numerator))
        return MetricKind.RATE if is_rate else MetricKind.MEAN

    def samples(self) -> list[tuple[int, Sample]]:
        """Each day with the sample of everything up to it, every row being a unit."""
        assert self.moments.shift is not None  # noqa: S101 - scan_rows refuses data without rows
        columns, so_far, samples = (ROWS, *self.columns.values), dict[str, Moments](), []
        for day in self.days:
            for arm in self.arms:
                new = self.moments.groups.get((arm, day))
                if new is not None:
                    so_far[arm] = so_far[arm] + new if arm in so_far else new
            samples.append((day, Sample(columns, self.moments.shift, dict(so_far))))
        return samples


def scan_rows(dataset: ds.Dataset, columns: ExperimentColumns) -> Scan:
    """The scan of all rows. Raises InputError for no rows, too many arms, or values that are missing."""
    scan = Scan(columns)
    for batch in read_batches(dataset, columns):
        _add(scan, batch)
    if not scan.moments.groups:
        raise InputError(f"The data has no row with a value of {columns.arm!r}")
    _refuse_missing(scan)
    return scan


def _add(scan: Scan, batch: ValueBatch) -> None:
    scan.without_arm += batch.without_arm
    scan.without_day += batch.without_day
    if len(batch.arms) + len(scan.arms) > 2 * MOST_ARMS:
        raise InputError(
            f"Column {scan.columns.arm!r} has more than {MOST_ARMS} values: is it the one that names the arm?"
        )
    if not batch.values.shape[1]:
        return
    _update_ranges(scan, batch.values[1:])
    if scan.missing.any():  # it will be refused; only the counting goes on
        batch.values[~np.isfinite(batch.values)] = 0.0
    days, which = np.unique(batch.days, return_inverse=True) if scan.columns.time else (np.zeros(1, np.int64), 0)
    keys = [(arm, int(day)) for arm in batch.arms for day in days]
    codes = batch.codes * len(days) + which
    used = int(codes.max()) + 1
    scan.moments.add(codes, keys[:used], batch.values)


def _update_ranges(scan: Scan, values: Floats) -> None:
    for number, column in enumerate(values):
        low, high = float(column.min()), float(column.max())
        if not np.isfinite(low + high):  # nan and infinity reach the sum
            scan.missing[number] += np.count_nonzero(~np.isfinite(column))
            continue
        scan.low[number], scan.high[number] = min(scan.low[number], low), max(scan.high[number], high)
        scan.is_binary[number] = scan.is_binary[number] and _is_binary(column, low, high)


def _is_binary(column: Floats, low: float, high: float) -> bool:
    return low >= 0.0 and high <= 1.0 and not np.any(column * (1.0 - column))


def _equals_its_square(sample: Sample, column: str) -> bool:
    index = sample.columns.index(column)
    shift = sample.shift[index]
    squares = sum(
        part.products[index, index] + 2 * shift * part.sums[index] + shift**2 * part.count
        for part in sample.arms.values()
    )
    total = sum(sample.total(arm, column) for arm in sample.arms)
    return bool(squares - total <= 1e-6 * total)


def _refuse_missing(scan: Scan) -> None:
    for name, count in zip(scan.columns.values, scan.missing, strict=True):
        if count:
            raise InputError(
                f"{int(count):,} rows have no number in {name!r}. Nothing bought is 0, not empty: fill in what is "
                "true, or leave those rows out of every arm alike"
            )
