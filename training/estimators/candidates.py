"""The candidates: each a name and the scikit-learn pipeline that it builds for given features.

All read a frame of float64 columns (NaN for unknown) and text columns. Only those on recency, frequency and monetary
value (RFM), the baselines, require certain columns.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, PoissonRegressor
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import Pipeline

from training.estimators.blend import MarginBlend
from training.estimators.buy_till_you_die import BuyTillYouDie
from training.estimators.preprocessing import SEED, linear_columns, rfm_columns, tree_columns
from training.estimators.value_model import ValueModel

Estimator = Any
"""A scikit-learn estimator; the library ships no types."""

# Many small trees on few features each: weekly rows of the same customers are correlated and easily overfitted.
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

    `is_label_free`: it is fitted on histories, without labels. `members`: the candidates that it averages.
    """

    build: Callable[[pd.DataFrame, int], Estimator]
    is_label_free: bool = False
    members: tuple[str, ...] = ()


def _logistic_rfm(_: pd.DataFrame, __: int) -> Estimator:
    return Pipeline([("columns", rfm_columns()), ("model", LogisticRegression(C=1.0, max_iter=1000))])


def _logistic(features: pd.DataFrame, _: int) -> Estimator:
    return Pipeline([("columns", linear_columns(features)), ("model", LogisticRegression(C=0.02, max_iter=1000))])


def _logistic_shrunk(features: pd.DataFrame, _: int) -> Estimator:
    return Pipeline([("columns", linear_columns(features)), ("model", LogisticRegression(C=0.0007, max_iter=1000))])


def _boosted_trees(features: pd.DataFrame, _: int) -> Estimator:
    return Pipeline([("columns", tree_columns(features)), ("model", HistGradientBoostingClassifier(**SMALL_TREES))])


def _blend(features: pd.DataFrame, days: int) -> Estimator:
    return MarginBlend([_logistic_shrunk(features, days), _boosted_trees(features, days)])


def _poisson_rfm(_: pd.DataFrame, __: int) -> Estimator:
    return _both(Pipeline([("columns", rfm_columns()), ("model", _poisson_regression())]))


def _poisson(features: pd.DataFrame, _: int) -> Estimator:
    return _both(Pipeline([("columns", linear_columns(features)), ("model", _poisson_regression())]))


def _boosted_value(features: pd.DataFrame, _: int) -> Estimator:
    model = HistGradientBoostingRegressor(loss="poisson", **SMALL_TREES)
    return _both(Pipeline([("columns", tree_columns(features)), ("model", model)]))


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
