"""Samples of units whose rows were aggregated: a customer's rows added up, or the rows of a cluster taken together."""

from collections.abc import Iterator, Sequence

import numpy as np

from perennial.experimentation.grouping import GroupedSums
from perennial.experimentation.moments import Sample, moments_of
from perennial.statistics import Floats


def cluster_samples(grouped: GroupedSums, columns: tuple[str, ...]) -> Iterator[tuple[int, Sample]]:
    """Each day with the sample of everything up to it, clusters being the units and their sizes the weights."""
    shift = grouped.sums.sum(axis=0) / grouped.sums[:, 0].sum()
    shift[0] = 0.0
    spans = grouped.count_spanning > 0
    for day, state in _cumulative_sums(grouped):
        shifted = [rows - shift * rows[:, :1] for rows in state]
        present = [rows[rows[:, 0] > 0] for rows in shifted]
        yield day, _sample(grouped, columns, shift, present, shifted if spans else [])


def unit_samples(
    grouped: GroupedSums, columns: tuple[str, ...], averaged: Sequence[str]
) -> Iterator[tuple[int, Sample]]:
    """Each day with the sample of everything up to it, a unit's rows added up; `averaged` columns are averaged."""
    means = [number for number, name in enumerate(columns) if name in averaged]
    shift = grouped.sums.sum(axis=0) / max(1, grouped.count_keys)
    shift[means] = grouped.sums[:, means].sum(axis=0) / grouped.sums[:, 0].sum()
    shift[0] = 0.0
    for day, state in _cumulative_sums(grouped):
        units = []
        for rows in state:
            present = rows[rows[:, 0] > 0]
            present[:, means] /= present[:, :1]
            present[:, 0] = 1.0
            units.append(present - shift)
        yield day, _sample(grouped, columns, shift, units, [])


def _cumulative_sums(grouped: GroupedSums) -> Iterator[tuple[int, list[Floats]]]:
    """After each day, for each arm, the sums of every key so far: (keys, 1 + values), zero where there is none."""
    state = [np.zeros((grouped.count_keys, grouped.sums.shape[1])) for _ in grouped.arms]
    days, starts = np.unique(grouped.days, return_index=True)
    for day, part in zip(days, np.split(np.arange(len(grouped.days)), starts[1:]), strict=True):
        for number, sums in enumerate(state):
            rows = part[grouped.arm_codes[part] == number]
            sums[grouped.keys[rows]] += grouped.sums[rows]  # a key has one row for each arm and day
        yield int(day), state


def _sample(
    grouped: GroupedSums, columns: tuple[str, ...], shift: Floats, units: list[Floats], spanning: list[Floats]
) -> Sample:
    present = {arm: moments_of(rows.T) for arm, rows in zip(grouped.arms, units, strict=True) if len(rows)}
    pairs = [(one, other) for one in range(len(spanning)) for other in range(len(spanning)) if one != other]
    cross = {(grouped.arms[one], grouped.arms[other]): spanning[one].T @ spanning[other] for one, other in pairs}
    clusters = int(np.any([rows[:, 0] > 0 for rows in spanning], axis=0).sum()) if spanning else None
    return Sample(columns, shift, present, cross, clusters)
