"""Customers whose outcome is not known yet: no part of the trial, and those about whom it is asked."""

from dataclasses import dataclass

import pandas as pd

from perennial.uplift.columns import units_of
from perennial.uplift.errors import UpliftInputError, missing_column
from perennial.uplift.layout import Layout
from perennial.uplift.source import Rows


@dataclass(frozen=True)
class Waiting:
    """What is known of them. `units` names each row."""

    features: pd.DataFrame
    units: "pd.Series[str]"


def read_waiting(frame: pd.DataFrame | None, rows: Rows, layout: Layout) -> Waiting:
    """The features that the trial has, of those who wait. Raises UpliftInputError."""
    if frame is None:
        return Waiting(rows.features.iloc[:0], rows.units.iloc[:0])
    for name in rows.features.columns:
        if name not in frame.columns:
            raise missing_column(name, list(frame.columns), "feature of those who wait")
    known = pd.DataFrame({name: _alike(frame[name], rows.features[name]) for name in rows.features.columns})
    return Waiting(known.reset_index(drop=True), units_of(frame, layout))


def _alike(column: pd.Series, trial: pd.Series) -> pd.Series:
    if not pd.api.types.is_numeric_dtype(trial):
        return column
    try:
        return pd.to_numeric(column)
    except (ValueError, TypeError) as error:
        raise UpliftInputError(
            f"The feature {column.name!r} holds numbers in the trial and none in those who wait: {error}"
        ) from error
