"""Features as numbers: what is missing is filled in and marked, categories become columns, outliers are held in."""

import numpy as np
import pandas as pd

from perennial.uplift.arrays import Floats

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


def design_matrix(features: pd.DataFrame) -> Floats:
    """(rows, columns), every column with mean 0 and standard deviation 1. Treatment and outcome are not looked at."""
    columns = [part for name in features.columns for part in _parts(features[name])]
    matrix = np.column_stack(columns)
    matrix -= matrix.mean(axis=0)
    spread = matrix.std(axis=0)
    kept: Floats = matrix[:, spread > 0] / spread[spread > 0]
    return kept


def _parts(column: pd.Series) -> list[Floats]:
    if pd.api.types.is_bool_dtype(column) or not pd.api.types.is_numeric_dtype(column):
        return [
            (column == value).to_numpy(dtype=np.float64, na_value=0.0) for value in sorted(column.dropna().unique())
        ]
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    known = np.isfinite(values)
    low, high = np.quantile(values[known], HELD_IN)
    filled = np.clip(np.where(known, values, np.median(values[known])), low, high)
    return [filled] if known.all() else [filled, (~known).astype(np.float64)]
