"""The value of an order: the Gamma-Gamma model of spend.

Fader & Hardie (2013), "The Gamma-Gamma Model of Monetary Value". A customer's orders vary around a mean of their own;
those means vary between customers. With few orders the estimate is near the brand's mean, with many the customer's own.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln

from perennial.statistics import Floats

_LARGEST_LOG = 12.0


@dataclass(frozen=True)
class GammaGamma:
    """Fitted parameters; gamma in units of currency."""

    p: float
    q: float
    gamma: float

    def log_likelihood(self, orders: Floats, average: Floats) -> Floats:
        """(customers,): log likelihood of the `average` value of `orders` orders (equation 1a)."""
        p, q, gamma = self.p, self.q, self.gamma
        shape = p * orders
        likelihood: Floats = (
            gammaln(shape + q)
            - gammaln(shape)
            - gammaln(q)
            + q * np.log(gamma)
            + (shape - 1) * np.log(average)
            + shape * np.log(orders)
            - (shape + q) * np.log(gamma + orders * average)
        )
        return likelihood

    def expected_spend(self, orders: Floats, average: Floats) -> Floats:
        """(customers,): expected value of the next order, in the currency of `average` (equation 5)."""
        spend: Floats = self.p * (self.gamma + orders * average) / (self.p * orders + self.q - 1)
        return spend


def fit_gamma_gamma(orders: Floats, average: Floats) -> GammaGamma:
    """Maximum likelihood over customers who spent: `orders` and `average` order value, (customers,); q stays above 1,
    where the mean exists.
    """
    spent = (average > 0) & (orders > 0)
    orders, average = orders[spent], average[spent]
    unit = float(average.mean())

    def cost(logs: Floats) -> float:
        return float(-_model(logs).log_likelihood(orders, average / unit).mean() + 1e-3 * (logs**2).mean())

    start = np.array([1.0, 1.0, 1.0])
    found = minimize(cost, start, method="L-BFGS-B", bounds=[(-_LARGEST_LOG, _LARGEST_LOG)] * 3)
    model = _model(found.x)
    return GammaGamma(model.p, model.q, model.gamma * unit)


def _model(logs: Floats) -> GammaGamma:
    p, q_above_one, gamma = np.exp(logs)
    return GammaGamma(float(p), float(1 + q_above_one), float(gamma))
