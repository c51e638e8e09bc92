"""The candidates: each a name and the scikit-learn pipeline it builds for given features.

All read a frame of float64 columns (NaN for unknown) and text columns; none needs a feature to be there except those
on recency, frequency and value, which are the baseline.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import LogisticRegression, PoissonRegressor
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, QuantileTransformer, StandardScaler

from training.data.rows import number_columns, text_columns
from training.estimators.blend import MarginBlend
from training.estimators.buy_till_you_die import RFM_COLUMNS, BuyTillYouDie
from training.estimators.value_model import ValueModel

Estimator = Any
"""A scikit-learn estimator; the library ships no types."""

SEED = 7
MAX_CATEGORIES = 12
# Many small trees on few features each: weekly rows of the same customers hold less than their number promises.
SMALL_TREES: dict[str, Any] = {
    "learning_rate": 0.03,
    "max_iter": 200,
    "max_leaf_nodes": 5,
    "min_samples_leaf": 50,
    "l2_regularization": 10.0,
    "max_features": 0.2,
    "early_stopping": False,
    "random_state": SEED,
}


@dataclass(frozen=True)
class Candidate:
    """`build(features, horizon_days)` gives an unfitted estimator.

    `is_label_free`: it learns from histories. `members`: the candidates that it is made of.
    """

    build: Callable[[pd.DataFrame, int], Estimator]
    is_label_free: bool = False
    members: tuple[str, ...] = ()


def _logistic_rfm(_: pd.DataFrame, __: int) -> Estimator:
    return Pipeline([("columns", _rfm_columns()), ("model", LogisticRegression(C=1.0, max_iter=1000))])


def _logistic(features: pd.DataFrame, _: int) -> Estimator:
    return Pipeline([("columns", _linear_columns(features)), ("model", LogisticRegression(C=0.02, max_iter=1000))])


def _logistic_shrunk(features: pd.DataFrame, _: int) -> Estimator:
    return Pipeline([("columns", _linear_columns(features)), ("model", LogisticRegression(C=0.0007, max_iter=1000))])


def _boosted_trees(features: pd.DataFrame, _: int) -> Estimator:
    return Pipeline([("columns", _tree_columns(features)), ("model", HistGradientBoostingClassifier(**SMALL_TREES))])


def _blend(features: pd.DataFrame, days: int) -> Estimator:
    return MarginBlend([_logistic_shrunk(features, days), _boosted_trees(features, days)])


def _poisson_rfm(_: pd.DataFrame, __: int) -> Estimator:
    return _both(Pipeline([("columns", _rfm_columns()), ("model", _poisson_regression())]))


def _poisson(features: pd.DataFrame, _: int) -> Estimator:
    return _both(Pipeline([("columns", _linear_columns(features)), ("model", _poisson_regression())]))


def _boosted_value(features: pd.DataFrame, _: int) -> Estimator:
    model = HistGradientBoostingRegressor(loss="poisson", **SMALL_TREES)
    return _both(Pipeline([("columns", _tree_columns(features)), ("model", model)]))


def _buy_till_you_die(_: pd.DataFrame, horizon_days: int) -> Estimator:
    return ValueModel(BuyTillYouDie(horizon_days=horizon_days))


CANDIDATES: dict[str, Candidate] = {
    "logistic_rfm": Candidate(_logistic_rfm),
    "logistic": Candidate(_logistic),
    "logistic_shrunk": Candidate(_logistic_shrunk),
    "boosted_trees": Candidate(_boosted_trees),
    "blend": Candidate(_blend, members=("logistic_shrunk", "boosted_trees")),
    "poisson_rfm": Candidate(_poisson_rfm),
    "poisson": Candidate(_poisson),
    "boosted_value": Candidate(_boosted_value),
    "buy_till_you_die": Candidate(_buy_till_you_die, is_label_free=True),
}


def _poisson_regression() -> PoissonRegressor:
    return PoissonRegressor(alpha=0.1, solver="newton-cholesky", max_iter=100)


def _both(pipeline: Pipeline) -> ValueModel:
    return ValueModel(MultiOutputRegressor(pipeline))


def _rfm_columns() -> ColumnTransformer:
    return ColumnTransformer([("numbers", _spread(), list(RFM_COLUMNS))])


def _linear_columns(features: pd.DataFrame) -> ColumnTransformer:
    numbers = _varying(features, number_columns(features))
    sometimes_missing = [name for name in numbers if features[name].isna().any()]
    return ColumnTransformer(
        [
            ("numbers", _spread(), numbers),
            ("missing", MissingIndicator(features="all"), sometimes_missing),
            *_one_hot(_varying(features, text_columns(features))),
        ]
    )


def _tree_columns(features: pd.DataFrame) -> ColumnTransformer:
    numbers, texts = number_columns(features), text_columns(features)
    return ColumnTransformer(
        [("numbers", "passthrough", _varying(features, numbers)), *_one_hot(_varying(features, texts))]
    )


def _varying(features: pd.DataFrame, names: Sequence[str]) -> list[str]:
    # A column of one value teaches nothing, and HistGradientBoosting cannot bin one of none.
    return [name for name in names if len(features[name].dropna().unique()) > 1]


def _spread() -> Pipeline:
    # Counts and amounts are skewed and heavy-tailed; their ranks are not, and do not run away as history grows.
    return Pipeline(
        [
            ("impute", SimpleImputer(strategy="median", keep_empty_features=True)),
            ("rank", QuantileTransformer(n_quantiles=200, output_distribution="normal", random_state=SEED)),
            ("scale", StandardScaler()),
        ]
    )


def _one_hot(names: Sequence[str]) -> list[tuple[str, OneHotEncoder, list[str]]]:
    # One encoder per column, so that what each column contributes can be told afterwards.
    return [
        (
            name,
            OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=MAX_CATEGORIES, sparse_output=False),
            [name],
        )
        for name in names
    ]
