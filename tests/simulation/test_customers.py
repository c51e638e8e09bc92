"""Customers respond to messages, and the oracle's expectations agree with what happens."""

import numpy as np
import pytest

from perennial.simulation import Action, Decisions, Market, MarketSettings
from perennial.simulation.events import Events, Topic

CLEAN = MarketSettings.default().without_mess()
# Nothing but messages changes demand.
STILL = CLEAN.with_demand(drift=0.0, season=0.0, weekdays=(1.0,) * 7, joining=0.0)
EVERYONE = np.arange(6_000)


def simulate(market: Market, days: int, decisions: Decisions | None = None) -> list[Events]:
    return [market.step(decisions or Decisions.none()) for _ in range(days)]


def seen_share(market: Market) -> float:
    """Of delivered push messages, those that are seen."""
    events = market.step(Action(channel=2).to(EVERYONE))
    return len(events.of(Topic.OPENED)) / len(events.of(Topic.DELIVERED))


def test_values_have_both_signs_and_no_action_is_best_for_everyone() -> None:
    market = Market(6_000, seed=8, settings=STILL)
    actions = [Action(channel, hour, creative) for channel in (0, 1, 2) for hour in (9, 19) for creative in (0, 3)]
    values = np.stack([market.expected_value(EVERYONE, action) for action in actions])
    assert (values.max(axis=0) > 1).mean() > 0.2
    assert (values.max(axis=0) < -0.5).mean() > 0.02
    best = np.bincount(values.argmax(axis=0), minlength=len(actions)) / 6_000
    assert best.max() < 0.5


def test_tastes_interact() -> None:
    """Which of two creatives is better depends on the channel, for the same customer."""
    market = Market(6_000, seed=8, settings=STILL)
    gains = [
        market.expected_value(EVERYONE, Action(channel, 12, 1))
        - market.expected_value(EVERYONE, Action(channel, 12, 2))
        for channel in (0, 2)
    ]
    differs = np.abs(gains).min(axis=0) > 0.05
    assert differs.sum() > 500
    assert (np.sign(gains[0]) != np.sign(gains[1]))[differs].mean() > 0.1


def test_fatigue_builds_and_recovers() -> None:
    # Those who see most would unsubscribe first: without unsubscribing, the same people are compared.
    market = Market(6_000, seed=8, settings=STILL.with_response(unsubscribe=0.0))
    before = seen_share(market)
    simulate(market, 13, Action(channel=2).to(EVERYONE))
    fatigued = seen_share(market)
    simulate(market, 69)
    recovered = seen_share(market)
    assert fatigued < 0.75 * before
    assert recovered == pytest.approx(before, rel=0.06)


def test_newcomers_keep_coming_and_stay_alike() -> None:
    market, seen = Market(20_000, seed=6, settings=CLEAN.with_demand(season=0.0)), np.zeros(20_000, dtype=bool)
    rates: list[float] = []
    counts: list[int] = []
    for _ in range(5):
        fresh: set[int] = set()
        for events in simulate(market, 91):
            ordered = events.of(Topic.ORDERED).customer
            fresh.update(ordered[~seen[ordered]].tolist())
        seen[list(fresh)] = True
        counts.append(len(fresh))
        rates.append(float(market.writer.people.log_rate[list(fresh)].mean()))
    # In the first quarter nobody has ordered before, so that everyone counts as new.
    assert counts[1] < 0.2 * counts[0]
    assert counts[4] > 0.5 * counts[2]
    assert np.ptp(rates[2:]) < 0.25


def test_unsubscribing_lasts_and_costs_demand() -> None:
    market = Market(6_000, seed=8, settings=STILL.with_response(unsubscribe=0.2, goodwill_lost=0.5))
    before = market.purchase_probability(EVERYONE, None, 7)
    events = market.step(Action().to(EVERYONE))
    left = events.of(Topic.UNSUBSCRIBED).customer
    assert len(left) > 300
    simulate(market, 60)
    written = market.step(Action().to(EVERYONE))
    assert not np.isin(left, written.of(Topic.DELIVERED).customer).any()
    np.testing.assert_array_equal(market.expected_value(left, Action()), 0.0)
    # Another channel is still open.
    assert np.isin(left, market.step(Action(channel=1).to(EVERYONE)).of(Topic.DELIVERED).customer).mean() > 0.7
    after = market.purchase_probability(left, None, 7)
    stayed = np.setdiff1d(EVERYONE, left)
    kept = market.purchase_probability(stayed, None, 7).mean() / before[stayed].mean()
    assert after.mean() / before[left].mean() < 0.85 * kept


@pytest.mark.parametrize("action", [None, Action(), Action(channel=1, incentive=2)])
def test_the_oracle_agrees_with_what_happens(action: Action | None) -> None:
    for seed in range(3):
        market = Market(6_000, seed=seed, settings=CLEAN)
        simulate(market, 10, Action(channel=2).to(EVERYONE[::2]))
        probability = market.purchase_probability(EVERYONE, action, 14)
        events = [market.step(action.to(EVERYONE) if action else Decisions.none()), *simulate(market, 13)]
        ordered = np.zeros(6_000, dtype=bool)
        for day in events:
            ordered[day.of(Topic.ORDERED).customer] = True
        error = np.sqrt((probability * (1 - probability)).sum())
        assert abs(ordered.sum() - probability.sum()) < 3.5 * error
        # Not on average only: also among those who are likely to order.
        likely = probability > np.median(probability)
        assert abs(ordered[likely].sum() - probability[likely].sum()) < 3.5 * error


@pytest.mark.parametrize("settings", [CLEAN, MarketSettings.constant(9.0).without_mess()])
def test_the_probability_of_more_than_one_order_agrees_with_what_happens(settings: MarketSettings) -> None:
    market = Market(6_000, seed=4, settings=settings)
    simulate(market, 10, Action(channel=2).to(EVERYONE[::2]))
    once, twice, thrice = (market.orders_probability(EVERYONE, orders, 14) for orders in (1, 2, 3))
    np.testing.assert_allclose(once, market.purchase_probability(EVERYONE, None, 14), atol=1e-5)
    counted = np.zeros(6_000)
    for day in simulate(market, 14):
        counted += np.bincount(day.of(Topic.ORDERED).customer, minlength=6_000)
    for least, probability in ((2, twice), (3, thrice)):
        error = np.sqrt((probability * (1 - probability)).sum())
        likely = probability > np.median(probability)
        for who in (EVERYONE, likely):
            assert abs((counted[who] >= least).sum() - probability[who].sum()) < 3.5 * error
    with pytest.raises(ValueError, match="at least 1 order"):
        market.orders_probability(EVERYONE, 0)


@pytest.mark.validation
def test_the_oracle_is_unbiased_and_its_variance_correct_over_200_seeds() -> None:
    """How far the number of customers who order is from its expectation, in standard errors, is a standard normal."""
    people = np.arange(2_000)
    distances = []
    for seed in range(200):
        market = Market(2_000, seed=seed, settings=CLEAN)
        probability = market.purchase_probability(people, Action(incentive=1), 10)
        ordered = np.zeros(2_000, dtype=bool)
        for day in [market.step(Action(incentive=1).to(people)), *simulate(market, 9)]:
            ordered[day.of(Topic.ORDERED).customer] = True
        error = np.sqrt((probability * (1 - probability)).sum())
        distances.append((ordered.sum() - probability.sum()) / error)
    assert abs(np.mean(distances)) < 3 / np.sqrt(200)
    assert 0.85 < np.std(distances) < 1.15


def test_asking_the_oracle_changes_nothing() -> None:
    asked, unasked = Market(500, seed=1), Market(500, seed=1)
    for _ in range(3):
        asked.expected_value(np.arange(500), Action())
        asked.purchase_probability(np.arange(500), None)
        first, second = (market.step(market.random_decisions()) for market in (asked, unasked))
        np.testing.assert_array_equal(first.at, second.at)
        np.testing.assert_array_equal(first.cents, second.cents)


def test_a_planted_shift_changes_demand_on_its_day_and_nothing_before() -> None:
    shifted = Market(6_000, seed=5, settings=STILL.with_shift(7, demand=0.5))
    steady = Market(6_000, seed=5, settings=STILL)
    for day in range(14):
        first, second = (len(market.step(Decisions.none()).of(Topic.ORDERED)) for market in (shifted, steady))
        assert (first == second) if day < 7 else (first < 0.7 * second)


def test_a_planted_shift_moves_tastes_to_other_creatives() -> None:
    shifted = Market(2_000, seed=5, settings=STILL.with_shift(3, demand=1.0, creatives=2))
    steady = Market(2_000, seed=5, settings=STILL)
    people = np.arange(2_000)
    simulate(shifted, 3)
    simulate(steady, 3)
    moved = shifted.expected_value(people, Action(creative=1))
    np.testing.assert_allclose(moved, steady.expected_value(people, Action(creative=3)), rtol=1e-5)
    assert np.abs(moved - steady.expected_value(people, Action(creative=1))).max() > 0.5


def test_decisions_that_cannot_be_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match="listed twice"):
        Action().to(np.array([1, 1]))
    with pytest.raises(ValueError, match="hour"):
        Action(hour=24).to(np.array([1]))
