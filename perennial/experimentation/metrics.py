"""What is measured: a rate (0 or 1), a mean, or a ratio of two sums, written `numerator/denominator`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from perennial.tabular import InputError, missing_column

ROWS = "rows"  # the first column of every matrix of moments: how many rows a unit has


class MetricKind(StrEnum):
    """What a metric's values are."""

    RATE = "rate"
    MEAN = "mean"
    RATIO = "ratio"


@dataclass(frozen=True)
class Metric:
    """Sum of `numerator` over sum of `denominator`; without one, over the number of rows."""

    name: str
    numerator: str
    denominator: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.numerator,) if self.denominator is None else (self.numerator, self.denominator)


def parse_metrics(names: Sequence[str], columns: Sequence[str]) -> tuple[Metric, ...]:
    """The metrics of these names. A column whose own name has a slash is taken as it is. Raises InputError."""
    if not names:
        raise InputError("Name at least one metric, for example --metric revenue or --metric clicks/sends")
    return tuple(_parse(name, columns) for name in dict.fromkeys(names))


def _parse(name: str, columns: Sequence[str]) -> Metric:
    numerator, slash, denominator = name.partition("/")
    if name in columns or not slash:
        metric = Metric(name, name)
    else:
        metric = Metric(name, numerator.strip(), denominator.strip())
    for column in metric.columns:
        if column not in columns:
            raise missing_column(column, columns, f"metric {name!r}")
    return metric


def value_columns(metrics: Iterable[Metric], covariates: Iterable[str]) -> tuple[str, ...]:
    """Every column that has to be read as a number, once each."""
    return tuple(dict.fromkeys([*(column for metric in metrics for column in metric.columns), *covariates]))
