"""Rows to learn from: features, what happened, and whose row of which day it is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from perennial.statistics import Floats

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Rows:
    """`features` (rows, features): float64 with NaN for unknown, or text.

    `target`: the label (rows,), or revenue and orders (rows, 2). `messaged`: whether a message came within the horizon.
    """

    features: pd.DataFrame
    target: Floats
    customers: npt.NDArray[np.object_]
    stages: npt.NDArray[np.object_]
    messaged: npt.NDArray[np.bool_]
    days: npt.NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.features)

    @property
    def actual(self) -> Floats:
        """What the model is judged by: the label, or the revenue."""
        return self.target if self.target.ndim == 1 else self.target[:, 0]

    def during(self, days: Collection[date]) -> "Rows":
        return self._where(np.isin(self.days, np.array(list(days), dtype=object)))

    def latest_of_each(self) -> "Rows":
        """Each customer's last row only."""
        order = np.argsort(self.days, kind="stable")
        latest = dict(zip(self.customers[order], order, strict=True))
        chosen = np.zeros(len(self), dtype=bool)
        chosen[list(latest.values())] = True
        return self._where(chosen)

    def sampled(self, count: int, generator: np.random.Generator) -> "Rows":
        """A copy of at most `count` rows, drawn without replacement."""
        chosen = np.zeros(len(self), dtype=bool)
        chosen[generator.permutation(len(self))[:count]] = True
        return self._where(chosen)

    def _where(self, chosen: npt.NDArray[np.bool_]) -> "Rows":
        return Rows(
            self.features[chosen].reset_index(drop=True),
            self.target[chosen],
            self.customers[chosen],
            self.stages[chosen],
            self.messaged[chosen],
            self.days[chosen],
        )


def as_matrix(frame: pd.DataFrame, names: Collection[str]) -> pd.DataFrame:
    """The columns `names` in the two kinds a model reads: float64 (yes is 1, unknown is NaN), or text ("unknown")."""
    columns = {name: _text(frame[name]) if _is_text(frame[name]) else frame[name].astype("float64") for name in names}
    return pd.DataFrame(columns, index=frame.index)


def text_columns(frame: pd.DataFrame) -> list[str]:
    return [str(name) for name in frame if _is_text(frame[name])]


def number_columns(frame: pd.DataFrame) -> list[str]:
    return [str(name) for name in frame if not _is_text(frame[name])]


def _is_text(column: pd.Series) -> bool:
    return bool(pd.api.types.is_object_dtype(column) or pd.api.types.is_string_dtype(column))


def _text(column: pd.Series) -> pd.Series:
    return column.where(column.notna(), UNKNOWN).astype(object)
