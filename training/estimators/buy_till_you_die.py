"""Buy till you die as a scikit-learn estimator over the warehouse's own features."""

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin

from perennial.statistics import Floats
from training.estimators.beta_geometric import BetaGeometric, Purchases, fit_beta_geometric
from training.estimators.gamma_gamma import GammaGamma, fit_gamma_gamma

RECENCY, AGE, ORDERS, REVENUE = "days_since_last_order", "days_since_first_order", "count_orders", "revenue"
RFM_COLUMNS = (RECENCY, "count_orders_91d", "revenue_91d")
BUYER_COLUMNS = (RECENCY, AGE, ORDERS, REVENUE)
MAX_CUSTOMERS = 50_000


class BuyTillYouDie(RegressorMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """BG/NBD for orders, Gamma-Gamma for the value of an order. Fitted on purchase histories, without labels."""

    def __init__(self, horizon_days: int) -> None:
        self.horizon_days = horizon_days

    def fit(self, features: pd.DataFrame, target: Floats | None = None) -> "BuyTillYouDie":  # noqa: ARG002  # scikit-learn's signature
        """One row per customer; above `MAX_CUSTOMERS` every n-th. Raises NotFittedError without repeat orders."""
        step = -(-len(features) // MAX_CUSTOMERS)
        sample = features.iloc[::step]
        orders, average = _spending(sample)
        self.buying_ = vars(fit_beta_geometric(_purchases(sample)))
        self.spending_ = vars(fit_gamma_gamma(orders, average))
        self.features_ = list(BUYER_COLUMNS)
        self.reference_ = {name: float(sample[name].median()) for name in BUYER_COLUMNS}
        return self

    def predict(self, features: pd.DataFrame) -> Floats:
        """(rows, 2): expected revenue in the brand's currency and expected orders, over the horizon."""
        orders = BetaGeometric(**self.buying_).expected_orders(_purchases(features), self.horizon_days)
        spend = GammaGamma(**self.spending_).expected_spend(*_spending(features))
        return np.stack([orders * spend, orders], axis=1)

    def alive(self, features: pd.DataFrame) -> Floats:
        """(rows,): the probability that the customer has not dropped out for good."""
        return BetaGeometric(**self.buying_).alive(_purchases(features))


def _purchases(features: pd.DataFrame) -> Purchases:
    age = features[AGE].to_numpy(dtype=np.float64)
    last = np.maximum(age - features[RECENCY].to_numpy(dtype=np.float64), 0.0)
    repeats = np.maximum(features[ORDERS].to_numpy(dtype=np.float64) - 1, 0.0)
    return Purchases(repeats, last, np.maximum(age, last))


def _spending(features: pd.DataFrame) -> tuple[Floats, Floats]:
    orders = np.maximum(features[ORDERS].to_numpy(dtype=np.float64), 1.0)
    average = np.maximum(features[REVENUE].to_numpy(dtype=np.float64), 0.0) / orders
    return orders, average
