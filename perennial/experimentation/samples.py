"""The sample of every day: rows, a unit's rows added up, or clusters, as the question and the data have it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import pyarrow.dataset as ds

from perennial.experimentation.aggregation import cluster_samples, unit_samples
from perennial.experimentation.grouping import RepeatedUnits, find_repeated, group_sums
from perennial.experimentation.metrics import ROWS
from perennial.experimentation.moments import Sample
from perennial.experimentation.scan import Scan
from perennial.tabular import InputError


class Duplicates(StrEnum):
    """What to do with several rows of one unit."""

    REFUSE = "refuse"
    ADD = "add"


@dataclass(frozen=True)
class DailySamples:
    """Each day, in days since 1970-01-01, with the sample of everything up to it; and what is independent in it."""

    by_day: list[tuple[int, Sample]]
    unit_of_analysis: str

    @property
    def newest(self) -> Sample:
        """The sample of everything."""
        return self.by_day[-1][1]


def daily_samples(dataset: ds.Dataset, scan: Scan, duplicates: Duplicates, covariates: Sequence[str]) -> DailySamples:
    """The samples of the scanned rows. Raises InputError for duplicates that are not to be added up."""
    columns, names = scan.columns, (ROWS, *scan.columns.values)
    if columns.cluster is not None:
        grouped = group_sums(dataset, columns, columns.cluster)
        return DailySamples(list(cluster_samples(grouped, names)), f"{columns.cluster} (clusters)")
    repeated = find_repeated(dataset, columns)
    if repeated is None or columns.unit is None:
        return DailySamples(scan.samples(), columns.unit or "row")
    if duplicates is Duplicates.REFUSE:
        raise InputError(_repeated_message(columns.unit, repeated))
    grouped = group_sums(dataset, columns, columns.unit)
    if grouped.count_spanning:
        raise InputError(
            f"{grouped.count_spanning:,} units of {columns.unit!r} have rows in more than one arm: a unit that was "
            "treated and held out shows no effect. Leave them out, and find out how it came"
        )
    return DailySamples(list(unit_samples(grouped, names, covariates)), f"{columns.unit}, its rows added up")


def _repeated_message(unit: str, repeated: RepeatedUnits) -> str:
    return (
        f"{repeated.count:,} units of {unit!r} have more than one row ({repeated.rows:,} rows together, "
        f"{repeated.example!r} is one of them). If they are events of a unit, add them up with "
        f'duplicates "add" (--duplicates add); if each row counts for itself, use --cluster {unit}; if they are '
        "copies, remove them"
    )
