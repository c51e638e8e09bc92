"""One pass over the data: the moments of every arm and day, and everything that would make an answer untrue."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow.dataset as ds

from perennial.experimentation.errors import ExperimentInputError
from perennial.experimentation.metrics import ROWS, Kind, Metric
from perennial.experimentation.moments import Floats, Moments, Sample, Tally
from perennial.experimentation.source import Batch, Layout, read_batches
from perennial.tabular import listed

MOST_ARMS = 50


@dataclass
class Survey:
    """What one pass has seen. `low`, `high`, `is_binary` and `missing` have one entry for each value column."""

    layout: Layout
    tally: Tally = field(default_factory=Tally)
    without_arm: int = 0
    without_day: int = 0
    low: Floats = field(init=False)
    high: Floats = field(init=False)
    missing: Floats = field(init=False)
    is_binary: list[bool] = field(init=False)

    def __post_init__(self) -> None:
        count = len(self.layout.values)
        self.low, self.high = np.full(count, np.inf), np.full(count, -np.inf)
        self.missing, self.is_binary = np.zeros(count), [True] * count

    @property
    def arms(self) -> list[str]:
        return sorted({arm for arm, _ in self.tally.groups})

    @property
    def days(self) -> list[int]:
        return sorted({day for _, day in self.tally.groups})

    def kind(self, metric: Metric, sample: Sample) -> Kind:
        if metric.denominator is not None:
            return Kind.RATIO
        is_rate = self.is_binary[self.layout.values.index(metric.numerator)]
        # Rows added up can make 2 of what was 0 or 1 in each.
        is_rate = is_rate and (self.layout.cluster is not None or _squares_are_themselves(sample, metric.numerator))
        return Kind.RATE if is_rate else Kind.MEAN

    def samples(self) -> list[tuple[int, Sample]]:
        """Each day with the sample of everything up to it, every row a unit of its own."""
        assert self.tally.shift is not None  # noqa: S101 - read_survey refuses data without rows
        columns, so_far, found = (ROWS, *self.layout.values), dict[str, Moments](), []
        for day in self.days:
            for arm in self.arms:
                new = self.tally.groups.get((arm, day))
                if new is not None:
                    so_far[arm] = so_far[arm] + new if arm in so_far else new
            found.append((day, Sample(columns, self.tally.shift, dict(so_far))))
        return found


def read_survey(dataset: ds.Dataset, layout: Layout) -> Survey:
    """The survey of all rows. Raises ExperimentInputError for no rows, too many arms, or values that are missing."""
    survey = Survey(layout)
    for batch in read_batches(dataset, layout):
        _add(survey, batch)
    if not survey.tally.groups:
        raise ExperimentInputError(f"The data has no row with a value of {layout.arm!r}")
    _refuse_missing(survey)
    return survey


def _add(survey: Survey, batch: Batch) -> None:
    survey.without_arm += batch.without_arm
    survey.without_day += batch.without_day
    if len(batch.arms) + len(survey.arms) > 2 * MOST_ARMS:
        raise ExperimentInputError(
            f"Column {survey.layout.arm!r} has more than {MOST_ARMS} values: is it the one that names the arm?"
        )
    if not batch.values.shape[1]:
        return
    _look_at_values(survey, batch.values[1:])
    if survey.missing.any():  # it will be refused; only the counting goes on
        batch.values[~np.isfinite(batch.values)] = 0.0
    days, which = np.unique(batch.days, return_inverse=True) if survey.layout.time else (np.zeros(1, np.int64), 0)
    keys = [(arm, int(day)) for arm in batch.arms for day in days]
    codes = batch.codes * len(days) + which
    used = int(codes.max()) + 1
    survey.tally.add(codes, keys[:used], batch.values)


def _look_at_values(survey: Survey, values: Floats) -> None:
    for number, column in enumerate(values):
        low, high = float(column.min()), float(column.max())
        if not np.isfinite(low + high):  # nan and infinity reach the sum
            survey.missing[number] += np.count_nonzero(~np.isfinite(column))
            continue
        survey.low[number], survey.high[number] = min(survey.low[number], low), max(survey.high[number], high)
        survey.is_binary[number] = survey.is_binary[number] and _is_binary(column, low, high)


def _is_binary(column: Floats, low: float, high: float) -> bool:
    return low >= 0.0 and high <= 1.0 and not np.any(column * (1.0 - column))


def _squares_are_themselves(sample: Sample, column: str) -> bool:
    index = sample.columns.index(column)
    shift = sample.shift[index]
    squares = sum(
        part.products[index, index] + 2 * shift * part.sums[index] + shift**2 * part.count
        for part in sample.arms.values()
    )
    whole = sum(sample.total(arm, column) for arm in sample.arms)
    return bool(squares - whole <= 1e-6 * whole)


def _refuse_missing(survey: Survey) -> None:
    for name, count in zip(survey.layout.values, survey.missing, strict=True):
        if count:
            raise ExperimentInputError(
                f"{int(count):,} rows have no number in {name!r}. Nothing bought is 0, not empty: fill in what is "
                "true, or leave those rows out of every arm alike"
            )


def check_arms(survey: Survey, control: str, treatments: Sequence[str] | None) -> tuple[str, ...]:
    """The treatment arms to compare with `control`. Raises ExperimentInputError when an arm is not there or alone."""
    counts = {
        arm: sum(part.count for (name, _), part in survey.tally.groups.items() if name == arm) for arm in survey.arms
    }
    for arm in (control, *(treatments or ())):
        if arm not in counts:
            raise ExperimentInputError(
                f"No row has {arm!r} in column {survey.layout.arm!r}: its arms are {listed(survey.arms)}"
            )
    others = tuple(treatments) if treatments else tuple(arm for arm in survey.arms if arm != control)
    if not others or others == (control,):
        raise ExperimentInputError(
            f"All rows are of the arm {control!r}: lift needs a second arm to compare with. Was the holdout left out?"
        )
    alone = [arm for arm in (control, *others) if counts[arm] == 1]
    if alone:
        raise ExperimentInputError(f"Arm {listed(alone)} has a single row: its spread cannot be known")
    return others


def check_metrics(survey: Survey, metrics: Sequence[Metric]) -> None:
    """Raises ExperimentInputError for a metric that never varies, or a ratio whose denominator is always zero."""
    spans = dict(zip(survey.layout.values, zip(survey.low, survey.high, strict=True), strict=True))
    for metric in metrics:
        ranges = [spans[column] for column in metric.columns]
        if metric.denominator is not None and ranges[1] == (0.0, 0.0):
            raise ExperimentInputError(f"Metric {metric.name!r}: {metric.denominator!r} is 0 in every row")
        if all(low == high for low, high in ranges):
            raise ExperimentInputError(
                f"Metric {metric.name!r} never varies ({metric.numerator!r} is {ranges[0][0]:g} in every row): "
                "there is nothing to compare. Is it filled in yet?"
            )
