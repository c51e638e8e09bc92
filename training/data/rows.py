"""Training rows: features, outcome, and the customer and snapshot day of each."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from perennial.statistics import Floats
from training.specs import PredictionKind, Spec

UNKNOWN = "unknown"
_TWO_YEARS = timedelta(days=730)
# Columns of the entity rows; the stage is also a feature, so theirs has a name of its own.
_KEYS = ("customer_id", "event_timestamp", "snapshot_on", "stage_then", "label", "label_orders", "was_messaged")


@dataclass(frozen=True)
class Rows:
    """`features` (rows, features): float64 with NaN for unknown, or text. All other fields have one value per row.

    `target`: the label (rows,) of 0 and 1, or revenue in the brand's currency and orders (rows, 2), over the horizon.
    `messaged`: whether a message was sent or delivered within the horizon. `days`: the snapshot day.
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
        """(rows,): what the model is evaluated on, the label or the revenue."""
        return self.target if self.target.ndim == 1 else self.target[:, 0]

    def during(self, days: Collection[date]) -> "Rows":
        """The rows of these snapshot days, in their order."""
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


def rows_from_frame(frame: pd.DataFrame, spec: Spec) -> Rows:
    """The rows of a labelled frame as Feast returns it, ordered by snapshot day and customer."""
    frame = frame.sort_values(["snapshot_on", "customer_id"], ignore_index=True)
    names = [str(name) for name in frame if name not in _KEYS]
    calendar = _calendar_columns(frame, names)
    features = feature_matrix(frame, [name for name in names if name not in calendar])
    is_probability = spec.kind is PredictionKind.PROBABILITY
    values = frame[["label"] if is_probability else ["label", "label_orders"]].to_numpy(dtype=np.float64)
    return Rows(
        features=features,
        target=values[:, 0] if is_probability else values,
        customers=frame["customer_id"].to_numpy(dtype=object),
        stages=frame["stage_then"].to_numpy(dtype=object),
        messaged=frame["was_messaged"].to_numpy(dtype=bool),
        days=np.array([pd.Timestamp(day).date() for day in frame["snapshot_on"]], dtype=object),
    )


def _calendar_columns(frame: pd.DataFrame, names: list[str]) -> set[str]:
    # A feature with one value per day (the season) identifies the day; with less than two years of history no season
    # has been observed twice, and the model would fit the calendar.
    if frame.empty or frame["snapshot_on"].max() - frame["snapshot_on"].min() >= _TWO_YEARS:
        return set()
    per_day = frame.groupby("snapshot_on")[names].nunique(dropna=False).max()
    return {name for name in names if per_day[name] <= 1 < len(frame[name].unique())}


def feature_matrix(frame: pd.DataFrame, names: Collection[str]) -> pd.DataFrame:
    """(rows, names): the columns as models read them, float64 (true is 1, unknown is NaN) or text ("unknown")."""
    columns = {name: _text(frame[name]) if _is_text(frame[name]) else frame[name].astype("float64") for name in names}
    return pd.DataFrame(columns, index=frame.index)


def text_columns(frame: pd.DataFrame) -> list[str]:
    """The names of the columns that hold text."""
    return [str(name) for name in frame if _is_text(frame[name])]


def number_columns(frame: pd.DataFrame) -> list[str]:
    """The names of the columns that hold numbers."""
    return [str(name) for name in frame if not _is_text(frame[name])]


def _is_text(column: pd.Series) -> bool:
    return bool(pd.api.types.is_object_dtype(column) or pd.api.types.is_string_dtype(column))


def _text(column: pd.Series) -> pd.Series:
    return column.where(column.notna(), UNKNOWN).astype(object)
