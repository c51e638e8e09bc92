"""Expected revenue and orders together, their totals calibrated on a later period than the fit."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin

from perennial.statistics import Floats


class ValueModel(RegressorMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Any regressor of (revenue, orders), times one factor each that `scale_to` estimates."""

    def __init__(self, estimator: Any, revenue_factor: float = 1.0, orders_factor: float = 1.0) -> None:
        self.estimator = estimator
        self.revenue_factor = revenue_factor
        self.orders_factor = orders_factor

    def fit(self, features: pd.DataFrame, target: Floats) -> "ValueModel":
        """`target` (rows, 2): revenue in the brand's currency and orders. Revenue below 0 (refunds) counts as 0."""
        self.estimator.fit(features, np.maximum(target, 0.0))
        self.is_fitted_ = True
        return self

    def scale_to(self, features: pd.DataFrame, target: Floats, weights: Floats) -> "ValueModel":
        """Predicted totals over these rows, weighted by `weights` (rows,), equal the observed ones; ranks stay."""
        totals = weights @ self.estimator.predict(features)
        factors = weights @ np.maximum(target, 0.0) / np.maximum(totals, 1e-9)
        self.revenue_factor, self.orders_factor = float(factors[0]), float(factors[1])
        return self

    def predict(self, features: pd.DataFrame) -> Floats:
        """(rows, 2): expected revenue in the brand's currency and expected orders, over the horizon."""
        expected: Floats = self.estimator.predict(features) * np.array([self.revenue_factor, self.orders_factor])
        return expected
