"""BG/NBD and Gamma-Gamma recover planted parameters, reproduce published examples and predict later orders."""

import numpy as np
import pandas as pd
import pytest

from perennial.statistics import Floats
from training.estimators.beta_geometric import BetaGeometric, NotFittedError, Purchases, fit_beta_geometric
from training.estimators.buy_till_you_die import BuyTillYouDie
from training.estimators.gamma_gamma import GammaGamma, fit_gamma_gamma

TRUTH = BetaGeometric(r=0.8, alpha=20.0, a=0.6, b=3.0)
# Fader, Hardie & Lee (2005), table 2: the CDNOW customers, in weeks.
CDNOW = BetaGeometric(r=0.2425, alpha=4.4136, a=0.7929, b=2.4259)


def simulate(truth: BetaGeometric, customers: int, days_later: float, seed: int) -> tuple[Purchases, Floats]:
    """Histories of customers with these parameters, and how often each orders in the days after."""
    generator = np.random.default_rng(seed)
    rates = generator.gamma(truth.r, 1 / truth.alpha, customers)
    leaving = generator.beta(truth.a, truth.b, customers)
    age = generator.uniform(60, 400, customers)
    repeats, last, later = np.zeros((3, customers))
    for customer in range(customers):
        clock = generator.exponential(1 / rates[customer])
        while clock <= age[customer] + days_later:
            if clock <= age[customer]:
                repeats[customer], last[customer] = repeats[customer] + 1, clock
            else:
                later[customer] += 1
            if generator.random() < leaving[customer]:
                break
            clock += generator.exponential(1 / rates[customer])
    return Purchases(repeats, last, age), later


def test_planted_parameters_are_recovered() -> None:
    past, _ = simulate(TRUTH, 8000, 0, seed=3)
    found = fit_beta_geometric(past)
    assert found.r == pytest.approx(TRUTH.r, rel=0.1)
    assert found.alpha == pytest.approx(TRUTH.alpha, rel=0.15)
    assert found.a / (found.a + found.b) == pytest.approx(TRUTH.a / (TRUTH.a + TRUTH.b), rel=0.1)


def test_expected_orders_add_up_to_those_observed_later() -> None:
    past, later = simulate(TRUTH, 8000, 90, seed=4)
    expected = fit_beta_geometric(past).expected_orders(past, 90)
    assert expected.sum() == pytest.approx(later.sum(), rel=0.06)
    busiest = past.repeats >= np.quantile(past.repeats, 0.9)
    assert expected[busiest].sum() == pytest.approx(later[busiest].sum(), rel=0.1)


def test_the_published_example_is_reproduced() -> None:
    # Fader & Hardie, "Implementing the BG/NBD Model for Customer Base Analysis in Excel": customer 0001 over 39 weeks.
    first = Purchases(np.array([2.0]), np.array([30.43]), np.array([38.86]))
    assert CDNOW.expected_orders(first, 39)[0] == pytest.approx(1.226, abs=0.001)


def test_the_likelihood_is_that_of_the_paper() -> None:
    from scipy.special import beta, gamma

    x, last, age = 3.0, 20.0, 30.0
    r, alpha, a, b = CDNOW.r, CDNOW.alpha, CDNOW.a, CDNOW.b
    plain = beta(a, b + x) / beta(a, b) * gamma(r + x) * alpha**r / (gamma(r) * (alpha + age) ** (r + x))
    plain += beta(a + 1, b + x - 1) / beta(a, b) * gamma(r + x) * alpha**r / (gamma(r) * (alpha + last) ** (r + x))
    likelihood = CDNOW.log_likelihood(Purchases(np.array([x]), np.array([last]), np.array([age])))[0]
    assert likelihood == pytest.approx(np.log(plain))


def test_extreme_customers_get_finite_numbers() -> None:
    past = Purchases(np.array([0.0, 1, 3000, 5]), np.array([0.0, 1, 3650, 0.0]), np.array([3650.0, 3650, 3651, 3650]))
    for model in (CDNOW, BetaGeometric(1.0, 5.0, 1.0, 2.0), BetaGeometric(2.0, 3.0, 1e-4, 50.0)):
        orders = model.expected_orders(past, 56)
        assert np.isfinite(orders).all()
        assert (orders >= 0).all()
        assert np.isfinite(model.log_likelihood(past)).all()
        assert ((model.alive(past) >= 0) & (model.alive(past) <= 1)).all()


def test_inactivity_lowers_the_probability_of_being_alive() -> None:
    past = Purchases(np.full(3, 10.0), np.array([30.0, 60, 90]), np.full(3, 95.0))
    alive = CDNOW.alive(past)
    assert alive[0] < alive[1] < alive[2]


def test_without_repeat_orders_nothing_is_fitted() -> None:
    with pytest.raises(NotFittedError, match="ordered twice"):
        fit_beta_geometric(Purchases(np.zeros(5), np.zeros(5), np.full(5, 30.0)))


def test_planted_spending_is_recovered_and_few_orders_shrink_to_the_brand() -> None:
    generator, truth = np.random.default_rng(5), GammaGamma(p=6.25, q=3.74, gamma=15.44)
    means = generator.gamma(truth.q, 1 / truth.gamma, 8000)
    orders = generator.integers(1, 20, 8000).astype(float)
    average = generator.gamma(truth.p * orders, 1 / (means * orders))
    found = fit_gamma_gamma(orders, average)
    brand = truth.p * truth.gamma / (truth.q - 1)
    assert found.p * found.gamma / (found.q - 1) == pytest.approx(brand, rel=0.03)
    assert found.q == pytest.approx(truth.q, rel=0.15)
    one, many = found.expected_spend(np.array([1.0, 50.0]), np.array([100.0, 100.0]))
    assert brand < one < many < 100


def test_the_published_spending_example_is_reproduced() -> None:
    # Fader & Hardie (2013), "The Gamma-Gamma Model of Monetary Value": customer 1 with two orders of 22.35 on average.
    spend = GammaGamma(p=6.25, q=3.74, gamma=15.44).expected_spend(np.array([2.0]), np.array([22.35]))[0]
    assert spend == pytest.approx(24.66, abs=0.02)


def test_the_estimator_reads_the_warehouse_features() -> None:
    past, _ = simulate(TRUTH, 2000, 0, seed=6)
    features = pd.DataFrame(
        {
            "days_since_last_order": past.age - past.last,
            "days_since_first_order": past.age,
            "count_orders": past.repeats + 1,
            "revenue": (past.repeats + 1) * 25.0 * np.random.default_rng(1).gamma(20, 1 / 20, 2000),
        }
    )
    predicted = BuyTillYouDie(horizon_days=56).fit(features).predict(features)
    assert predicted.shape == (2000, 2)
    assert predicted[:, 0].sum() / predicted[:, 1].sum() == pytest.approx(25, rel=0.1)
