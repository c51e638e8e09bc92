"""Rows grouped in one pass over the file: sums by unit of analysis, arm and day, and which units are repeated."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from pyarrow import acero

from perennial.experimentation.source import ExperimentColumns
from perennial.statistics import Floats, Ints
from perennial.tabular import InputError


@dataclass(frozen=True)
class RepeatedUnits:
    """How many units have more than one row, how many rows these are together, and one such unit."""

    count: int
    rows: int
    example: str


@dataclass(frozen=True)
class GroupedSums:
    """Sums by key, arm and day, in order of the days: codes (groups,), `sums` (groups, 1 + values), the first the rows.

    `keys` are 0 to `count_keys` - 1, `arm_codes` point into `arms`, `days` are since 1970-01-01.
    """

    arms: tuple[str, ...]
    keys: Ints
    arm_codes: Ints
    days: Ints
    sums: Floats
    count_keys: int

    @property
    def count_spanning(self) -> int:
        """Keys that have rows in more than one arm."""
        is_in = np.zeros((self.count_keys, len(self.arms)), dtype=bool)
        is_in[self.keys, self.arm_codes] = True
        return int(np.count_nonzero(is_in.sum(axis=1) > 1))


def find_repeated(dataset: ds.Dataset, columns: ExperimentColumns) -> RepeatedUnits | None:
    """The units that have more than one row; None where each has one, or no column names the unit."""
    if columns.unit is None:
        return None
    counted = acero.Declaration.from_sequence(
        [
            _scan(dataset, [columns.arm, columns.unit]),
            acero.Declaration("filter", acero.FilterNodeOptions(pc.is_valid(pc.field(columns.arm)))),
            acero.Declaration("project", acero.ProjectNodeOptions([_decoded(dataset, columns.unit)], ["key"])),
            acero.Declaration("aggregate", acero.AggregateNodeOptions([([], "hash_count_all", None, "n")], ["key"])),
            acero.Declaration("filter", acero.FilterNodeOptions(pc.field("n") > 1)),
        ]
    ).to_table()
    if not counted.num_rows:
        return None
    return RepeatedUnits(counted.num_rows, int(pc.sum(counted["n"]).as_py()), str(counted["key"][0].as_py()))


def group_sums(dataset: ds.Dataset, columns: ExperimentColumns, key: str) -> GroupedSums:
    """The sums of every value column by the column `key`, arm and day. Raises InputError for rows without a key."""
    table = _grouped_table(dataset, columns, key)
    table = table.sort_by("day") if columns.time else table.append_column("day", pa.repeat(0, len(table)))
    if table["key"].null_count:
        raise InputError(f"Some rows have no {key!r}: every row needs one to be counted with its own")
    keys, arms = (table[name].combine_chunks().dictionary_encode() for name in ("key", "arm"))
    values = [f"value_{number}_sum" for number in range(len(columns.values))]
    return GroupedSums(
        arms=tuple(arms.dictionary.to_pylist()),
        keys=keys.indices.to_numpy().astype(np.int64),
        arm_codes=arms.indices.to_numpy().astype(np.int64),
        days=table["day"].to_numpy().astype(np.int64),
        sums=np.stack([table[name].to_numpy().astype(np.float64) for name in ("rows", *values)], axis=1),
        count_keys=len(keys.dictionary),
    )


def _grouped_table(dataset: ds.Dataset, columns: ExperimentColumns, key: str) -> pa.Table:
    names = [f"value_{number}" for number in range(len(columns.values))]
    values = [pc.field(name).cast(pa.float64(), safe=False) for name in columns.values]
    days = [pc.field(columns.time).cast(pa.date32(), safe=False).cast(pa.int32())] if columns.time else []
    arm = pc.field(columns.arm).cast(pa.string())
    kept = pc.is_valid(pc.field(columns.arm))
    kept = kept & pc.is_valid(pc.field(columns.time)) if columns.time else kept
    project = [arm, _decoded(dataset, key), *days, *values]
    sums = [(name, "hash_sum", None, f"{name}_sum") for name in names]
    keys = ["arm", "key", *(["day"] if days else [])]
    return acero.Declaration.from_sequence(
        [
            _scan(dataset, [*columns.read, key]),
            acero.Declaration("filter", acero.FilterNodeOptions(kept)),
            acero.Declaration("project", acero.ProjectNodeOptions(project, [*keys, *names])),
            acero.Declaration(
                "aggregate", acero.AggregateNodeOptions([*sums, ([], "hash_count_all", None, "rows")], keys)
            ),
        ]
    ).to_table()


def _scan(dataset: ds.Dataset, columns: Sequence[str]) -> acero.Declaration:
    return acero.Declaration("scan", acero.ScanNodeOptions(dataset, columns=list(dict.fromkeys(columns))))


def _decoded(dataset: ds.Dataset, name: str) -> pc.Expression:
    """A key without its dictionary: files have different dictionaries, which cannot be grouped together."""
    data_type = dataset.schema.field(name).type
    return pc.field(name).cast(data_type.value_type) if pa.types.is_dictionary(data_type) else pc.field(name)
