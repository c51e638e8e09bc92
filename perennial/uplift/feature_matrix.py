"""Features as numbers: what is missing is filled in and marked, categories become columns, outliers are held in."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from perennial.uplift.arrays import Floats

Encoder = Callable[[pd.Series], list[Floats]]

MOST_CATEGORIES = 30
# Beyond these quantiles a value counts as the quantile: a single order of a reseller must not steer a straight line.
HELD_IN = (0.001, 0.999)


def is_feature(column: pd.Series) -> bool:
    """Whether a column can be a feature: numbers, yes and no, or a few categories; and it varies."""
    return why_not(column) is None


def is_varying(column: pd.Series) -> bool:
    """Whether there are two values at least."""
    known = column.dropna()
    return bool(len(known)) and not bool((known == known.iloc[0]).all())


def why_not(column: pd.Series) -> str | None:
    """Why a column cannot be a feature, in words; None when it can."""
    if not is_varying(column):
        return "it never varies"
    count = column.nunique()
    if pd.api.types.is_numeric_dtype(column) or count <= MOST_CATEGORIES:
        return None
    return f"it holds {count:,} different texts or days; give numbers, or at most {MOST_CATEGORIES} categories"


def design_matrices(trial: pd.DataFrame, waiting: pd.DataFrame) -> tuple[Floats, Floats]:
    """(rows, columns) of each. In the trial's every column has mean 0 and standard deviation 1; customers who wait are
    laid out and scaled by the trial, of which they change nothing. Treatment and outcome are not looked at.
    """
    encoders = {name: _encoder(trial[name]) for name in trial.columns}
    matrix, asked = (
        np.column_stack([part for name, encode in encoders.items() for part in encode(frame[name])])
        for frame in (trial, waiting)
    )
    middle = matrix.mean(axis=0)
    matrix -= middle
    spread = matrix.std(axis=0)
    varying = spread > 0
    return matrix[:, varying] / spread[varying], (asked - middle)[:, varying] / spread[varying]


def _encoder(column: pd.Series) -> Encoder:
    """How this column of the trial becomes numbers, in the trial and elsewhere."""
    if pd.api.types.is_bool_dtype(column) or not pd.api.types.is_numeric_dtype(column):
        categories = sorted(column.dropna().unique())
        return lambda asked: [(asked == value).to_numpy(dtype=np.float64, na_value=0.0) for value in categories]
    values = _numbers(column)
    known = np.isfinite(values)
    usual = np.median(values[known])
    low, high = np.quantile(values[known], HELD_IN)

    def encode(asked: pd.Series) -> list[Floats]:
        given = _numbers(asked)
        missing = ~np.isfinite(given)
        filled = np.clip(np.where(missing, usual, given), low, high)
        return [filled] if known.all() else [filled, missing.astype(np.float64)]

    return encode


def _numbers(column: pd.Series) -> Floats:
    return column.to_numpy(dtype=np.float64, na_value=np.nan)
