"""Expected revenue and orders together, their totals calibrated on a later period than the fit, stage by stage."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin

from perennial.statistics import Floats, Names, effective_customers

STAGE = "stage"
PRIOR_ORDERS = 5.0
"""A stage's factor is shrunk towards 1 as if so many orders had confirmed the prediction."""


class ValueModel(RegressorMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Any regressor of (revenue, orders), times one factor each, and one for each lifecycle stage.

    `stage_factors`: by stage, of revenue and of orders; 1 for a stage that `scale_to` has not met.
    """

    def __init__(
        self,
        estimator: Any,
        revenue_factor: float = 1.0,
        orders_factor: float = 1.0,
        stage_factors: dict[str, list[float]] | None = None,
    ) -> None:
        self.estimator = estimator
        self.revenue_factor = revenue_factor
        self.orders_factor = orders_factor
        self.stage_factors = stage_factors

    def fit(self, features: pd.DataFrame, target: Floats) -> "ValueModel":
        """`target` (rows, 2): revenue in the brand's currency and orders. Revenue below 0 (refunds) counts as 0."""
        self.estimator.fit(features, np.maximum(target, 0.0))
        self.is_fitted_ = True
        return self

    def scale_to(self, features: pd.DataFrame, target: Floats, weights: Floats, customers: Names) -> "ValueModel":
        """Predicted totals over these rows, weighted by `weights` (rows,), equal the observed ones, and come near them
        within each stage; ranks within a stage stay. `customers` (rows,): whose each row is.

        Few customers are lapsed for as long, or as new, as those of a later period: what a fit expects of a whole
        stage can be several times too high although the total is right.
        """
        observed = np.maximum(target, 0.0)
        expected = self.estimator.predict(features)
        expected = expected * (weights @ observed / np.maximum(weights @ expected, 1e-9))
        self.stage_factors = _stage_factors(_stages(features), expected, observed, weights, customers)
        totals = weights @ (self.estimator.predict(features) * self._by_stage(features))
        factors = weights @ observed / np.maximum(totals, 1e-9)
        self.revenue_factor, self.orders_factor = float(factors[0]), float(factors[1])
        return self

    def predict(self, features: pd.DataFrame) -> Floats:
        """(rows, 2): expected revenue in the brand's currency and expected orders, over the horizon."""
        factors = np.array([self.revenue_factor, self.orders_factor]) * self._by_stage(features)
        expected: Floats = self.estimator.predict(features) * factors
        return expected

    def _by_stage(self, features: pd.DataFrame) -> Floats:
        # Model files written before 0.3 have no such attribute.
        factors = getattr(self, "stage_factors", None) or {}
        return np.array([factors.get(stage, [1.0, 1.0]) for stage in _stages(features)]).reshape(-1, 2)


def _stages(features: pd.DataFrame) -> list[str]:
    return list(features[STAGE]) if STAGE in features else [""] * len(features)


def _stage_factors(
    stages: list[str], expected: Floats, observed: Floats, weights: Floats, customers: Names
) -> dict[str, list[float]]:
    """Observed over expected of each stage, a customer with several rows counting as one (Kish 1965), and shrunk."""
    prior = PRIOR_ORDERS * np.array([_order_value(observed, weights), 1.0])
    factors = {}
    for stage in sorted(set(stages)):
        rows = (np.array(stages, dtype=object) == stage) & (weights > 0)
        if not rows.any():
            continue
        count = effective_customers(customers[rows], weights[rows]) / weights[rows].sum()
        seen, predicted = (count * (weights[rows] @ amounts[rows]) for amounts in (observed, expected))
        factors[stage] = [float(factor) for factor in (seen + prior) / np.maximum(predicted + prior, 1e-9)]
    return factors


def _order_value(observed: Floats, weights: Floats) -> float:
    revenue, orders = weights @ observed
    return float(revenue / orders) if orders else 0.0
