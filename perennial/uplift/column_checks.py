"""The columns of a trial as arrays, each checked for its role."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from perennial.statistics import Bools, Floats
from perennial.tabular import InputError, missing_column, quoted_list
from perennial.uplift.feature_matrix import is_feature, is_varying, why_not_a_feature
from perennial.uplift.trial_columns import TrialColumns, as_text

FEWEST_ROWS = 200
FEWEST_OUTCOMES = 50
SMALLEST_PROPENSITY = 0.01


def read_numbers(frame: pd.DataFrame, column: str, role: str) -> Floats:
    """A column as numbers (rows,). Raises InputError where one is missing."""
    if not (pd.api.types.is_numeric_dtype(frame[column]) or pd.api.types.is_bool_dtype(frame[column])):
        raise InputError(f"The {role} {column!r} holds no numbers: give one for each row (1 and 0 for yes and no)")
    values = frame[column].to_numpy(dtype=np.float64, na_value=np.nan)
    missing = int(np.count_nonzero(~np.isfinite(values)))
    if missing:
        raise InputError(
            f"{missing:,} rows have no number in the {role} {column!r}. Nothing bought is 0, not empty: fill in what "
            "is true, or leave those rows out of both arms alike"
        )
    return values


def check_outcome(outcome: Floats, treated: Bools, columns: TrialColumns) -> None:
    """Raises InputError when there is too little to learn from; `outcome` and `treated` (rows,)."""
    if (outcome == outcome[0]).all():
        raise InputError(
            f"The outcome {columns.outcome!r} never varies ({outcome[0]:g} in every row): there is nothing to compare. "
            "Is it filled in yet?"
        )
    median = float(np.median(outcome))
    for name, rows in ((columns.treated, treated), (columns.control, ~treated)):
        if rows.sum() < FEWEST_ROWS:
            raise InputError(
                f"Arm {name!r} has {rows.sum():,} rows; who responds to a treatment and who does not cannot be learned "
                f"from fewer than {FEWEST_ROWS}. For the average effect, use `perennial experiments analyze`"
            )
        differing = int((outcome[rows] != median).sum())
        if differing < FEWEST_OUTCOMES:
            raise InputError(
                f"Only {differing:,} rows of arm {name!r} have an outcome other than {median:g}; at least "
                f"{FEWEST_OUTCOMES} are needed. Wait longer, or take an outcome that happens more often"
            )


def read_propensity(frame: pd.DataFrame, columns: TrialColumns, treated: Bools) -> tuple[Floats, bool]:
    """Each row's probability of treatment (rows,), and whether it was given; the share treated for all if not."""
    if columns.propensity is None:
        return np.full(len(frame), treated.mean()), False
    propensity = read_numbers(frame, columns.propensity, "propensity")
    if propensity.min() < SMALLEST_PROPENSITY or propensity.max() > 1 - SMALLEST_PROPENSITY:
        raise InputError(
            f"The propensity {columns.propensity!r} runs from {propensity.min():g} to {propensity.max():g}. It is the "
            f"probability of treatment, from {SMALLEST_PROPENSITY:g} to {1 - SMALLEST_PROPENSITY:g}: who is almost "
            "surely treated, or almost surely not, has nobody to be compared with. Leave those rows out"
        )
    return propensity, True


def read_features(frame: pd.DataFrame, columns: TrialColumns) -> tuple[pd.DataFrame, list[str]]:
    """The features named, or all columns that can be one; and notes of those that were not used."""
    if columns.features is None:
        # The risk score was known before the treatment: it may help to predict uplift.
        taken = {column for role, column in columns.roles.items() if role != "risk score"}
        candidates = [str(name) for name in frame.columns if name not in taken]
        usable = [name for name in candidates if is_feature(frame[name])]
        unused = [name for name in candidates if name not in usable and is_varying(frame[name])]
        notes = (
            [f"Not used as features (neither numbers nor a few categories): {quoted_list(unused)}"] if unused else []
        )
    else:
        usable, notes = list(dict.fromkeys(columns.features)), []
        _check_features(frame, columns, usable)
    if not usable:
        raise InputError("The data has no column that could be a feature: what was known before the treatment?")
    return frame[usable], notes


def _check_features(frame: pd.DataFrame, columns: TrialColumns, names: Sequence[str]) -> None:
    for name in names:
        if name not in frame.columns:
            raise missing_column(name, list(frame.columns), "feature")
        if name in {columns.treatment, columns.outcome}:
            raise InputError(f"Feature {name!r} is the treatment or the outcome itself: leave it out")
        if not is_feature(frame[name]):
            raise InputError(f"Feature {name!r} cannot be used: {why_not_a_feature(frame[name])}")


def read_units(frame: pd.DataFrame, columns: TrialColumns) -> "pd.Series[str]":
    """Each row's customer, or its number. Raises InputError for a customer without an id or with two rows."""
    if columns.unit is None:
        return pd.Series([str(number) for number in range(1, len(frame) + 1)], name="customer_id")
    units = frame[columns.unit]
    if units.isna().any():
        raise InputError(f"{int(units.isna().sum()):,} rows have no {columns.unit!r}: whose are they?")
    repeated = units.duplicated(keep=False)
    if repeated.any():
        raise InputError(
            f"{int(repeated.sum()):,} rows share their {columns.unit!r} with another ({str(units[repeated].iloc[0])!r} "
            "is one): give one row for each customer, outcomes added up, and nobody in both arms"
        )
    return units.map(as_text).rename("customer_id").reset_index(drop=True)


def read_risk(frame: pd.DataFrame, column: str) -> Floats:
    """The score (rows,) by which customers at highest risk are targeted; where it is missing, the lowest."""
    if not pd.api.types.is_numeric_dtype(frame[column]):
        raise InputError(f"The risk score {column!r} holds no numbers: the highest are taken to be most at risk")
    values = frame[column].to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(values), values, -np.inf)
