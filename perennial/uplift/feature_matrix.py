"""Features as numbers: missing values are imputed and flagged, categories one-hot encoded, outliers winsorised."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from perennial.statistics import Floats

Encoder = Callable[[pd.Series], list[Floats]]

MOST_CATEGORIES = 30
# Values beyond these quantiles are winsorised: a single order of a reseller must not steer a linear model.
WINSORISED_AT = (0.001, 0.999)


def is_feature(column: pd.Series) -> bool:
    """Whether a column can be a feature: numbers, yes and no, or a few categories; and it varies."""
    return why_not_a_feature(column) is None


def is_varying(column: pd.Series) -> bool:
    """Whether there are two values at least."""
    known = column.dropna()
    return bool(len(known)) and not bool((known == known.iloc[0]).all())


def why_not_a_feature(column: pd.Series) -> str | None:
    """Why a column cannot be a feature, as part of a sentence; None when it can."""
    if not is_varying(column):
        return "it never varies"
    count = column.nunique()
    if pd.api.types.is_numeric_dtype(column) or count <= MOST_CATEGORIES:
        return None
    return f"it holds {count:,} different texts or days; give numbers, or at most {MOST_CATEGORIES} categories"


def feature_matrices(trial: pd.DataFrame, pending: pd.DataFrame) -> tuple[Floats, Floats]:
    """The features of the trial's and of the pending customers as (rows, columns).

    Every column of the trial's matrix is standardised to mean 0 and standard deviation 1. Pending customers are encoded
    and scaled by the trial, of which they change nothing. Treatment and outcome are not used.
    """
    encoders = {name: _encoder(trial[name]) for name in trial.columns}
    matrix, pending_matrix = (
        np.column_stack([part for name, encode in encoders.items() for part in encode(frame[name])])
        for frame in (trial, pending)
    )
    mean = matrix.mean(axis=0)
    matrix -= mean
    deviation = matrix.std(axis=0)
    varying = deviation > 0
    return matrix[:, varying] / deviation[varying], (pending_matrix - mean)[:, varying] / deviation[varying]


def _encoder(column: pd.Series) -> Encoder:
    """How this column of the trial becomes numbers, in the trial and elsewhere."""
    if pd.api.types.is_bool_dtype(column) or not pd.api.types.is_numeric_dtype(column):
        categories = sorted(column.dropna().unique())
        return lambda values: [(values == value).to_numpy(dtype=np.float64, na_value=0.0) for value in categories]
    values = _numbers(column)
    known = np.isfinite(values)
    median = np.median(values[known])
    low, high = np.quantile(values[known], WINSORISED_AT)

    def encode(other: pd.Series) -> list[Floats]:
        given = _numbers(other)
        missing = ~np.isfinite(given)
        imputed = np.clip(np.where(missing, median, given), low, high)
        return [imputed] if known.all() else [imputed, missing.astype(np.float64)]

    return encode


def _numbers(column: pd.Series) -> Floats:
    return column.to_numpy(dtype=np.float64, na_value=np.nan)
