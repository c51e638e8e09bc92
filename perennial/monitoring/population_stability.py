"""The population stability index: how far a distribution has moved, beside what sampling noise alone moves it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import chi2

from perennial.statistics import Floats

GROUPS = 10
LARGE_SHIFT = 0.2
"""From here on a shift counts as large, by the usual reading of the index (Siddiqi 2006, Credit Risk Scorecards)."""

ALPHA = 0.01
_MAX_CATEGORIES = 20
_HALF_A_CASE = 0.5


@dataclass(frozen=True)
class Shift:
    """The index between two samples, and the threshold above which it is drift."""

    index: float
    threshold: float

    @property
    def is_drifted(self) -> bool:
        return self.index > self.threshold


def measure_shift(reference: "pd.Series[Any]", current: "pd.Series[Any]", comparisons: int = 1) -> Shift | None:
    """The shift from `reference` (n,) to `current` (m,); None where either is empty, or all values are in one group.

    Numbers are compared in deciles of the reference, texts by value, the unknown as a group of its own. Without any
    shift the index is (1/n + 1/m) times a chi-square of groups - 1 degrees of freedom (Yurdakul & Naranjo 2020,
    "Statistical properties of the population stability index"). The threshold is `LARGE_SHIFT` or, where larger, what
    an index without shift exceeds in `ALPHA` of as many `comparisons` (Bonferroni).
    """
    if reference.empty or current.empty:
        return None
    before, now = _counts(reference, current)
    if len(before) < 2:  # noqa: PLR2004  # one group alone cannot shift
        return None
    sizes = 1 / before.sum() + 1 / now.sum()
    noise = sizes * chi2.ppf(1 - ALPHA / comparisons, len(before) - 1)
    return Shift(_index(before, now), max(LARGE_SHIFT, float(noise)))


def _index(before: Floats, now: Floats) -> float:
    # Half a case in each group, so that one who is in no group of the other's is no infinity.
    p = (before + _HALF_A_CASE) / (before + _HALF_A_CASE).sum()
    q = (now + _HALF_A_CASE) / (now + _HALF_A_CASE).sum()
    return float(((q - p) * np.log(q / p)).sum())


def _counts(reference: "pd.Series[Any]", current: "pd.Series[Any]") -> tuple[Floats, Floats]:
    is_number = pd.api.types.is_numeric_dtype(reference) and not pd.api.types.is_bool_dtype(reference)
    codes = _number_codes if is_number else _text_codes
    before, now = codes(reference, reference), codes(reference, current)
    groups = max(before.max(), now.max()) + 1
    counted = np.stack([np.bincount(part, minlength=groups) for part in (before, now)]).astype(np.float64)
    used = counted[:, counted.sum(axis=0) > 0]
    return used[0], used[1]


def _number_codes(reference: "pd.Series[Any]", values: "pd.Series[Any]") -> npt.NDArray[np.int64]:
    known = reference.dropna().to_numpy(dtype=np.float64)
    # From the values themselves: between them, equal values could fall into different groups by rounding.
    edges = np.unique(np.quantile(known, np.arange(1, GROUPS) / GROUPS, method="lower")) if len(known) else known
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    codes = np.searchsorted(edges, numbers, side="left") + 1
    return np.where(np.isnan(numbers), 0, codes)


def _text_codes(reference: "pd.Series[Any]", values: "pd.Series[Any]") -> npt.NDArray[np.int64]:
    names = reference.dropna().astype(str).value_counts().index[:_MAX_CATEGORIES]
    code_of = {name: number for number, name in enumerate(names, start=2)}
    return np.array([0 if pd.isna(value) else code_of.get(str(value), 1) for value in values], dtype=np.int64)
