"""Customers whose outcome is pending: they take no part in the trial, and get predictions from it."""

from dataclasses import dataclass

import pandas as pd

from perennial.tabular import InputError, missing_column
from perennial.uplift.column_checks import read_units
from perennial.uplift.source import TrialRows
from perennial.uplift.trial_columns import TrialColumns


@dataclass(frozen=True)
class PendingCustomers:
    """Their features, the same as the trial's, and in `units` each row's customer."""

    features: pd.DataFrame
    units: "pd.Series[str]"


def read_pending(frame: pd.DataFrame | None, trial: TrialRows, columns: TrialColumns) -> PendingCustomers:
    """The trial's features of the pending customers in `frame`, nobody if None. Raises InputError."""
    if frame is None:
        return PendingCustomers(trial.features.iloc[:0], trial.units.iloc[:0])
    for name in trial.features.columns:
        if name not in frame.columns:
            raise missing_column(name, list(frame.columns), "feature of pending customers")
    features = pd.DataFrame({name: _as_in(trial.features[name], frame[name]) for name in trial.features.columns})
    return PendingCustomers(features.reset_index(drop=True), read_units(frame, columns))


def _as_in(trial: pd.Series, column: pd.Series) -> pd.Series:
    if not pd.api.types.is_numeric_dtype(trial):
        return column
    try:
        return pd.to_numeric(column)
    except (ValueError, TypeError) as error:
        raise InputError(
            f"The feature {column.name!r} holds numbers in the trial and none in the pending customers: {error}"
        ) from error
