"""Buy till you die: expected orders from recency and frequency alone, without labels.

BG/NBD of Fader, Hardie & Lee (2005), "Counting Your Customers the Easy Way: An Alternative to the Pareto/NBD Model",
Marketing Science 24(2). A customer orders as a Poisson process with rate ~ Gamma(r, alpha), and after each order drops
out for good with probability ~ Beta(a, b).
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1

from perennial.statistics import Floats

_NEAREST_TO_ONE = 1e-5
_LARGEST_LOG = 12.0


class NotFittedError(RuntimeError):
    """The likelihood of these customers has no maximum that could be found."""


@dataclass(frozen=True)
class Purchases:
    """Each customer's history: repeat orders, age in days at the latest one, age in days now (all (customers,))."""

    repeats: Floats
    last: Floats
    age: Floats


@dataclass(frozen=True)
class BetaGeometric:
    """Fitted parameters; alpha in days."""

    r: float
    alpha: float
    a: float
    b: float

    def log_likelihood(self, past: Purchases) -> Floats:
        """(customers,): log likelihood (equation 6 of the paper, in a numerically stable form)."""
        x, a, b, r, alpha = past.repeats, self.a, self.b, self.r, self.alpha
        buying = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        still_in = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + past.age)
        # x = 0 has no order to have dropped out after; any finite number serves in the branch not taken.
        dropped = betaln(a + 1, np.maximum(b + x - 1, 1e-12)) - betaln(a, b) - (r + x) * np.log(alpha + past.last)
        likelihood: Floats = buying + np.where(x > 0, np.logaddexp(still_in, dropped), still_in)
        return likelihood

    def alive(self, past: Purchases) -> Floats:
        """(customers,): the probability of not having dropped out."""
        probability: Floats = 1 / (1 + self._dropped_odds(past))
        return probability

    def expected_orders(self, past: Purchases, days: float) -> Floats:
        """(customers,): expected orders in the next `days` (equation 10).

        Euler's transformation takes the number of orders out of the numerator parameters of 2F1, which then
        converges quickly for the most frequent customers as well.
        """
        a = 1 + _NEAREST_TO_ONE if abs(self.a - 1) < _NEAREST_TO_ONE else self.a
        x, b, r = past.repeats, self.b, self.r
        z = days / (self.alpha + past.age + days)
        shrink = (1 - z) ** (a - 1) * hyp2f1(a + b - 1 - r, a - 1, a + b + x - 1, z)
        orders: Floats = (a + b + x - 1) / (a - 1) * (1 - shrink) / (1 + self._dropped_odds(past))
        return np.maximum(orders, 0.0)

    def _dropped_odds(self, past: Purchases) -> Floats:
        x = past.repeats
        inactivity = np.log(self.alpha + past.age) - np.log(self.alpha + past.last)
        log_odds = np.log(self.a) - np.log(np.maximum(self.b + x - 1, 1e-12)) + (self.r + x) * inactivity
        return np.where(x > 0, np.exp(np.minimum(log_odds, 700.0)), 0.0)


def fit_beta_geometric(past: Purchases, penalty: float = 1e-3) -> BetaGeometric:
    """Maximum likelihood, from three starting points.

    `penalty`: weak ridge penalty on the log parameters (per customer), which keeps r and alpha finite where customers
    hardly differ. Raises NotFittedError when there are no repeat orders.
    """
    if not (past.repeats > 0).any():
        raise NotFittedError("nobody has ordered twice yet, so there are no repeat orders to fit")
    unit = float(past.age.mean())
    scaled = Purchases(past.repeats, past.last / unit, past.age / unit)

    def cost(logs: Floats) -> float:
        model = BetaGeometric(*np.exp(logs))
        return float(-model.log_likelihood(scaled).mean() + penalty * (logs**2).mean())

    rate = float(np.log(past.repeats.mean() + 0.1))
    starts = [
        np.array([0.0, -rate, 0.0, 1.0]),
        np.array([-0.5, -rate, -2.0, 1.0]),
        np.array([1.0, 1.0 - rate, 0.0, 0.0]),
    ]
    bounds = [(-_LARGEST_LOG, _LARGEST_LOG)] * 4
    found = min((minimize(cost, start, method="L-BFGS-B", bounds=bounds) for start in starts), key=lambda run: run.fun)
    if not np.isfinite(found.fun):
        raise NotFittedError("the likelihood of these customers is not finite")
    r, alpha, a, b = (float(value) for value in np.exp(found.x))
    return BetaGeometric(r, alpha * unit, a, b)
