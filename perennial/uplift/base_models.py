"""What EconML's learners are made of: the known propensity as a classifier, ridge regression, trees and forests."""

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

from perennial.statistics import Floats

TREES = 40
# More rows for each tree cost time and, with honest splitting, gain next to nothing.
ROWS_PER_TREE = 4_000
PENALTIES = tuple(10.0**power for power in range(1, 7))


class KnownPropensity(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Reads the probability of treatment from the last column, which EconML is handed as W."""

    def fit(self, design: Floats, treated: Any, sample_weight: Any = None) -> "KnownPropensity":
        """Learns nothing but that there are two classes."""
        del design, sample_weight
        self.classes_ = np.unique(treated)
        return self

    def predict_proba(self, design: Floats) -> Floats:
        """Of both classes, (rows, 2)."""
        propensity = design[:, -1]
        return np.column_stack([1 - propensity, propensity])

    def predict(self, design: Floats) -> Floats:
        """The likelier class, (rows,)."""
        return (design[:, -1] > 0.5).astype(np.float64)  # noqa: PLR2004 - one half


def ridge() -> Any:
    """Ridge regression, its penalty chosen by cross-validation."""
    from sklearn.linear_model import RidgeCV

    return RidgeCV(alphas=PENALTIES)


def boosted_trees(rows: int, seed: int) -> Any:
    """Shallow boosted trees for so many rows."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(
        max_iter=40,
        learning_rate=0.05,
        max_leaf_nodes=6,
        min_samples_leaf=max(20, min(200, rows // 50)),
        early_stopping=False,
        random_state=seed,
    )


def doubly_robust_settings(seed: int) -> dict[str, Any]:
    """Of a doubly robust learner, the propensity being known and the outcome a residual."""
    from sklearn.dummy import DummyRegressor

    return {
        "model_propensity": KnownPropensity(),
        "model_regression": DummyRegressor(),
        "cv": 2,
        "min_propensity": 1e-6,
        "random_state": seed,
    }


def forest_settings(rows: int) -> dict[str, Any]:
    """Of a forest for so many rows."""
    return {
        "n_estimators": TREES,
        "max_samples": min(0.45, ROWS_PER_TREE / rows),
        "max_depth": 5,
        "min_samples_leaf": max(10, min(50, rows // 100)),
        "n_jobs": 1,
    }
