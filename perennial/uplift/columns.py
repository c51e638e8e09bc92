"""The columns of the trial, each checked for the part it plays."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from perennial.tabular import listed
from perennial.uplift.arrays import Bools, Floats
from perennial.uplift.errors import UpliftInputError, missing_column
from perennial.uplift.feature_matrix import is_feature, is_varying, why_not
from perennial.uplift.layout import Layout, name_of

FEWEST_ROWS = 200
FEWEST_OUTCOMES = 50
LEAST_PROPENSITY = 0.01


def numbers(frame: pd.DataFrame, column: str, part: str) -> Floats:
    """A number for each row. Raises UpliftInputError where one is missing."""
    if not (pd.api.types.is_numeric_dtype(frame[column]) or pd.api.types.is_bool_dtype(frame[column])):
        raise UpliftInputError(
            f"The {part} {column!r} holds no numbers: give one for each row (1 and 0 for yes and no)"
        )
    values = frame[column].to_numpy(dtype=np.float64, na_value=np.nan)
    missing = int(np.count_nonzero(~np.isfinite(values)))
    if missing:
        raise UpliftInputError(
            f"{missing:,} rows have no number in the {part} {column!r}. Nothing bought is 0, not empty: fill in what "
            "is true, or leave those rows out of both arms alike"
        )
    return values


def check_outcome(outcome: Floats, treated: Bools, layout: Layout) -> None:
    """Raises UpliftInputError when there is too little to learn from."""
    if (outcome == outcome[0]).all():
        raise UpliftInputError(
            f"The outcome {layout.outcome!r} never varies ({outcome[0]:g} in every row): there is nothing to compare. "
            "Is it filled in yet?"
        )
    usual = float(np.median(outcome))
    for name, rows in ((layout.treated, treated), (layout.control, ~treated)):
        if rows.sum() < FEWEST_ROWS:
            raise UpliftInputError(
                f"Arm {name!r} has {rows.sum():,} rows; who answers to a treatment and who does not cannot be learned "
                f"from fewer than {FEWEST_ROWS}. For the average effect, use `perennial experiments analyze`"
            )
        differing = int((outcome[rows] != usual).sum())
        if differing < FEWEST_OUTCOMES:
            raise UpliftInputError(
                f"Only {differing:,} rows of arm {name!r} have an outcome other than {usual:g}; at least "
                f"{FEWEST_OUTCOMES} are needed. Wait longer, or take an outcome that happens more often"
            )


def chances_of(frame: pd.DataFrame, layout: Layout, treated: Bools) -> tuple[Floats, bool]:
    """Each row's probability of treatment, and whether it was given; the same for all rows if not."""
    if layout.propensity is None:
        return np.full(len(frame), treated.mean()), False
    chance = numbers(frame, layout.propensity, "propensity")
    if chance.min() < LEAST_PROPENSITY or chance.max() > 1 - LEAST_PROPENSITY:
        raise UpliftInputError(
            f"The propensity {layout.propensity!r} runs from {chance.min():g} to {chance.max():g}. It is the "
            f"probability of treatment, from {LEAST_PROPENSITY:g} to {1 - LEAST_PROPENSITY:g}: who is almost "
            "surely treated, or almost surely not, has nobody to be compared with. Leave those rows out"
        )
    return chance, True


def features_of(frame: pd.DataFrame, layout: Layout) -> tuple[pd.DataFrame, list[str]]:
    """The features named, or all columns that can be; and what was not used."""
    if layout.features is None:
        # The score of highest risk was known before the treatment: it may help to foretell uplift.
        taken = {column for part, column in layout.roles.items() if part != "risk score"}
        candidates = [str(name) for name in frame.columns if name not in taken]
        usable = [name for name in candidates if is_feature(frame[name])]
        unused = [name for name in candidates if name not in usable and is_varying(frame[name])]
        notes = [f"Not used as features (neither numbers nor a few categories): {listed(unused)}"] if unused else []
    else:
        usable, notes = list(dict.fromkeys(layout.features)), []
        _check_features(frame, layout, usable)
    if not usable:
        raise UpliftInputError("The data has no column that could be a feature: what was known before the treatment?")
    return frame[usable], notes


def _check_features(frame: pd.DataFrame, layout: Layout, names: Sequence[str]) -> None:
    for name in names:
        if name not in frame.columns:
            raise missing_column(name, list(frame.columns), "feature")
        if name in {layout.treatment, layout.outcome}:
            raise UpliftInputError(f"Feature {name!r} is the treatment or the outcome itself: leave it out")
        if not is_feature(frame[name]):
            raise UpliftInputError(f"Feature {name!r} cannot be used: {why_not(frame[name])}")


def units_of(frame: pd.DataFrame, layout: Layout) -> "pd.Series[str]":
    """Each row's customer, or its number. Raises UpliftInputError for a customer without name or with two rows."""
    if layout.unit is None:
        return pd.Series([str(number) for number in range(1, len(frame) + 1)], name="customer_id")
    units = frame[layout.unit]
    if units.isna().any():
        raise UpliftInputError(f"{int(units.isna().sum()):,} rows have no {layout.unit!r}: whose are they?")
    repeated = units.duplicated(keep=False)
    if repeated.any():
        raise UpliftInputError(
            f"{int(repeated.sum()):,} rows share their {layout.unit!r} with another ({str(units[repeated].iloc[0])!r} "
            "is one): give one row for each customer, outcomes added up, and nobody in both arms"
        )
    return units.map(name_of).rename("customer_id").reset_index(drop=True)


def risk_of(frame: pd.DataFrame, column: str) -> Floats:
    """The score by which the highest risk is chosen."""
    if not pd.api.types.is_numeric_dtype(frame[column]):
        raise UpliftInputError(f"The risk score {column!r} holds no numbers: the highest are taken to be most at risk")
    values = frame[column].to_numpy(dtype=np.float64, na_value=np.nan)
    # Nothing is known of them: they come last.
    return np.where(np.isfinite(values), values, -np.inf)
