"""How the candidates encode features: ranks for linear models, values as they are for trees, one-hot for text."""

from collections.abc import Sequence

import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, QuantileTransformer, StandardScaler

from training.data.rows import number_columns, text_columns
from training.estimators.buy_till_you_die import RFM_COLUMNS

SEED = 7
MAX_CATEGORIES = 12


def rfm_columns() -> ColumnTransformer:
    """Recency, frequency and monetary value alone."""
    return ColumnTransformer([("numbers", _normal_ranks(), list(RFM_COLUMNS))])


def linear_columns(features: pd.DataFrame) -> ColumnTransformer:
    """Every varying column of `features`, centred: ranks of numbers, flags of missing values, one-hot text."""
    numbers = _varying(features, number_columns(features))
    sometimes_missing = [name for name in numbers if features[name].isna().any()]
    return ColumnTransformer(
        [
            ("numbers", _normal_ranks(), numbers),
            ("missing", MissingIndicator(features="all"), sometimes_missing),
            *_one_hot(_varying(features, text_columns(features))),
        ]
    )


def tree_columns(features: pd.DataFrame) -> ColumnTransformer:
    """Every varying column of `features`: numbers as they are, NaN included, and one-hot text."""
    numbers, texts = number_columns(features), text_columns(features)
    return ColumnTransformer(
        [("numbers", "passthrough", _varying(features, numbers)), *_one_hot(_varying(features, texts))]
    )


def _varying(features: pd.DataFrame, names: Sequence[str]) -> list[str]:
    # A constant column carries no information, and HistGradientBoosting cannot bin a column of NaN.
    return [name for name in names if len(features[name].dropna().unique()) > 1]


def _normal_ranks() -> Pipeline:
    # Counts and amounts are skewed and heavy-tailed; their ranks are not, and stay in range as history grows.
    return Pipeline(
        [
            ("impute", SimpleImputer(strategy="median", keep_empty_features=True)),
            ("rank", QuantileTransformer(n_quantiles=200, output_distribution="normal", random_state=SEED)),
            ("scale", StandardScaler()),
        ]
    )


def _one_hot(names: Sequence[str]) -> list[tuple[str, OneHotEncoder, list[str]]]:
    # One encoder per column, so that the contribution of each column can be added up afterwards.
    return [
        (
            name,
            OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=MAX_CATEGORIES, sparse_output=False),
            [name],
        )
        for name in names
    ]
