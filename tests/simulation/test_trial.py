"""Trials of a market: randomised, fast, and the oracle agrees with what happens."""

import numpy as np
import pytest

from perennial.simulation import Action, Market, MarketSettings

CUSTOMERS = 4_000


def treated_half(customers: int, seed: int = 5) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.random.default_rng(seed).random(customers) < 0.5


@pytest.fixture(scope="module")
def market() -> Market:
    return Market(CUSTOMERS, seed=3)


def test_same_seed_same_trial_and_another_draw_another_future(market: Market) -> None:
    treated = treated_half(CUSTOMERS)
    first, second = market.trial(None, treated), Market(CUSTOMERS, seed=3).trial(None, treated)
    np.testing.assert_array_equal(first.revenue, second.revenue)
    assert first.features.equals(second.features)
    other = market.trial(None, treated, draw=1)
    assert other.features.equals(first.features)
    assert (other.revenue != first.revenue).mean() > 0.5


def test_the_features_do_not_know_who_is_treated(market: Market) -> None:
    nobody, everybody = np.zeros(CUSTOMERS, bool), np.ones(CUSTOMERS, bool)
    assert market.trial(None, nobody).features.equals(market.trial(None, everybody).features)


def test_true_effects_have_both_signs_and_differ(market: Market) -> None:
    effects = market.trial(None, treated_half(CUSTOMERS)).true_effect
    assert (effects > 1).mean() > 0.2
    assert (effects < -1).mean() > 0.03


def test_the_oracle_agrees_with_the_average_of_coupled_worlds(market: Market) -> None:
    nobody, everybody = np.zeros(CUSTOMERS, bool), np.ones(CUSTOMERS, bool)
    gains = [
        market.trial(None, everybody, draw=d).revenue - market.trial(None, nobody, draw=d).revenue for d in range(8)
    ]
    gain = np.mean(gains, axis=0)
    error = gain.std() / np.sqrt(CUSTOMERS)
    truth = market.trial(None, everybody).true_effect.mean()
    assert abs(gain.mean() - truth) < 3.5 * error
    assert truth > 5 * error


def test_one_constant_effect_is_the_same_for_everyone() -> None:
    market = Market(2_000, seed=1, settings=MarketSettings.constant(4.0))
    effects = market.trial(None, treated_half(2_000)).true_effect
    # Half-lives of four days leave less than a hundredth after twenty-eight.
    np.testing.assert_allclose(effects, 4.0, rtol=0.05)
    assert effects.std() < 0.01 * effects.mean() + 0.02


def test_without_effect_treatment_changes_no_order() -> None:
    market = Market(2_000, seed=1, settings=MarketSettings.without_effect())
    nobody, everybody = np.zeros(2_000, bool), np.ones(2_000, bool)
    np.testing.assert_array_equal(market.trial(None, nobody).revenue, market.trial(None, everybody).revenue)


def test_some_customers_can_be_asked_about_in_any_order(market: Market) -> None:
    some = np.array([7, 3, 3_999])
    all_of_them = market.trial(None, np.zeros(CUSTOMERS, bool))
    few = market.trial(some, np.zeros(3, bool))
    np.testing.assert_allclose(few.true_effect, all_of_them.true_effect[some])
    assert few.features.reset_index(drop=True).equals(all_of_them.features.iloc[some].reset_index(drop=True))


def test_a_larger_incentive_has_another_effect_and_costs_its_discount(market: Market) -> None:
    nobody = np.zeros(CUSTOMERS, bool)
    plain = market.trial(None, nobody, action=Action(incentive=0)).true_effect
    generous = market.trial(None, nobody, action=Action(incentive=2)).true_effect
    assert generous.mean() != pytest.approx(plain.mean(), rel=0.05)


def test_wrong_input_is_refused_in_words(market: Market) -> None:
    with pytest.raises(ValueError, match="at least 1 customer"):
        Market(0)
    with pytest.raises(ValueError, match="one for each"):
        market.trial(None, np.zeros(3, bool))
