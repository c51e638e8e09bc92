"""Rows that belong together, as one: the rows of a customer added up, or a cluster drawn as a whole."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from pyarrow import acero

from perennial.experimentation.errors import ExperimentInputError
from perennial.experimentation.moments import Codes, Floats, Sample, moments_of
from perennial.experimentation.source import Layout


@dataclass(frozen=True)
class Grouped:
    """Sums by key, arm and day, in order of the days: `sums` (groups, 1 + values), the first being the rows."""

    arms: tuple[str, ...]
    keys: Codes
    arm_codes: Codes
    days: Codes
    sums: Floats
    count_keys: int

    @property
    def count_spanning(self) -> int:
        """Keys that have rows in more than one arm."""
        is_in = np.zeros((self.count_keys, len(self.arms)), dtype=bool)
        is_in[self.keys, self.arm_codes] = True
        return int(np.count_nonzero(is_in.sum(axis=1) > 1))


def count_repeated(dataset: ds.Dataset, layout: Layout) -> tuple[int, int, str]:
    """How many units have more than one row, how many rows those have together, and one such unit."""
    unit = pc.field(layout.unit)
    counted = acero.Declaration.from_sequence(
        [
            _scan(dataset, [layout.arm, str(layout.unit)]),
            acero.Declaration("filter", acero.FilterNodeOptions(pc.is_valid(pc.field(layout.arm)))),
            acero.Declaration("project", acero.ProjectNodeOptions([_plain(dataset, str(layout.unit), unit)], ["key"])),
            acero.Declaration("aggregate", acero.AggregateNodeOptions([([], "hash_count_all", None, "n")], ["key"])),
            acero.Declaration("filter", acero.FilterNodeOptions(pc.field("n") > 1)),
        ]
    ).to_table()
    if not counted.num_rows:
        return 0, 0, ""
    return counted.num_rows, int(pc.sum(counted["n"]).as_py()), str(counted["key"][0].as_py())


def group(dataset: ds.Dataset, layout: Layout, key: str) -> Grouped:
    """The sums of every value column by key, arm and day."""
    table = _grouped_table(dataset, layout, key)
    table = table.sort_by("day") if layout.time else table.append_column("day", pa.repeat(0, len(table)))
    if table["key"].null_count:
        raise ExperimentInputError(f"Some rows have no {key!r}: every row needs one to be counted with its own")
    keys, arms = (table[name].combine_chunks().dictionary_encode() for name in ("key", "arm"))
    values = [f"value_{number}_sum" for number in range(len(layout.values))]
    return Grouped(
        arms=tuple(arms.dictionary.to_pylist()),
        keys=keys.indices.to_numpy().astype(np.int64),
        arm_codes=arms.indices.to_numpy().astype(np.int64),
        days=table["day"].to_numpy().astype(np.int64),
        sums=np.stack([table[name].to_numpy().astype(np.float64) for name in ("rows", *values)], axis=1),
        count_keys=len(keys.dictionary),
    )


def _grouped_table(dataset: ds.Dataset, layout: Layout, key: str) -> pa.Table:
    names = [f"value_{number}" for number in range(len(layout.values))]
    values = [pc.field(name).cast(pa.float64(), safe=False) for name in layout.values]
    days = [pc.field(layout.time).cast(pa.date32(), safe=False).cast(pa.int32())] if layout.time else []
    arm = pc.field(layout.arm).cast(pa.string())
    kept = pc.is_valid(pc.field(layout.arm))
    kept = kept & pc.is_valid(pc.field(layout.time)) if layout.time else kept
    project = [arm, _plain(dataset, key, pc.field(key)), *days, *values]
    sums = [(name, "hash_sum", None, f"{name}_sum") for name in names]
    keys = ["arm", "key", *(["day"] if days else [])]
    return acero.Declaration.from_sequence(
        [
            _scan(dataset, list(dict.fromkeys([*layout.columns, key]))),
            acero.Declaration("filter", acero.FilterNodeOptions(kept)),
            acero.Declaration("project", acero.ProjectNodeOptions(project, [*keys, *names])),
            acero.Declaration(
                "aggregate", acero.AggregateNodeOptions([*sums, ([], "hash_count_all", None, "rows")], keys)
            ),
        ]
    ).to_table()


def _scan(dataset: ds.Dataset, columns: Sequence[str]) -> acero.Declaration:
    return acero.Declaration("scan", acero.ScanNodeOptions(dataset, columns=list(dict.fromkeys(columns))))


def _plain(dataset: ds.Dataset, name: str, column: pc.Expression) -> pc.Expression:
    """A key without its dictionary: files hold different dictionaries, which cannot be grouped together."""
    kind = dataset.schema.field(name).type
    return column.cast(kind.value_type) if pa.types.is_dictionary(kind) else column


def cluster_samples(grouped: Grouped, columns: tuple[str, ...]) -> Iterator[tuple[int, Sample]]:
    """Each day with the sample of everything up to it, clusters being the units and their sizes the weights."""
    shift = grouped.sums.sum(axis=0) / grouped.sums[:, 0].sum()
    shift[0] = 0.0
    spans = grouped.count_spanning > 0
    for day, state in _states(grouped):
        shifted = [rows - shift * rows[:, :1] for rows in state]
        yield (
            day,
            _sample(grouped, columns, shift, [rows[rows[:, 0] > 0] for rows in shifted], shifted if spans else []),
        )


def unit_samples(grouped: Grouped, columns: tuple[str, ...], averaged: Sequence[str]) -> Iterator[tuple[int, Sample]]:
    """Each day with the sample of everything up to it, a unit's rows added up; `averaged` columns are averaged."""
    means = [number for number, name in enumerate(columns) if name in averaged]
    shift = grouped.sums.sum(axis=0) / max(1, grouped.count_keys)
    shift[means] = grouped.sums[:, means].sum(axis=0) / grouped.sums[:, 0].sum()
    shift[0] = 0.0
    for day, state in _states(grouped):
        units = []
        for rows in state:
            seen = rows[rows[:, 0] > 0]
            seen[:, means] /= seen[:, :1]
            seen[:, 0] = 1.0
            units.append(seen - shift)
        yield day, _sample(grouped, columns, shift, units, [])


def _states(grouped: Grouped) -> Iterator[tuple[int, list[Floats]]]:
    """After each day, for each arm, the sums of every key so far: (keys, 1 + values), zero where there is none."""
    state = [np.zeros((grouped.count_keys, grouped.sums.shape[1])) for _ in grouped.arms]
    days, starts = np.unique(grouped.days, return_index=True)
    for day, part in zip(days, np.split(np.arange(len(grouped.days)), starts[1:]), strict=True):
        for number, sums in enumerate(state):
            rows = part[grouped.arm_codes[part] == number]
            sums[grouped.keys[rows]] += grouped.sums[rows]  # a key has one row for each arm and day
        yield int(day), state


def _sample(
    grouped: Grouped, columns: tuple[str, ...], shift: Floats, units: list[Floats], spanning: list[Floats]
) -> Sample:
    present = {arm: moments_of(rows.T) for arm, rows in zip(grouped.arms, units, strict=True) if len(rows)}
    pairs = [(one, other) for one in range(len(spanning)) for other in range(len(spanning)) if one != other]
    cross = {(grouped.arms[one], grouped.arms[other]): spanning[one].T @ spanning[other] for one, other in pairs}
    clusters = int(np.any([rows[:, 0] > 0 for rows in spanning], axis=0).sum()) if spanning else None
    return Sample(columns, shift, present, cross, clusters)
