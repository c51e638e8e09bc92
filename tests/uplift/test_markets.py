"""Uplift against highest risk, and no gain where there is none: a small look at what `make validate` shows in full."""

import pytest

from benchmarks.uplift import measure
from perennial.simulation import MarketSettings
from perennial.uplift import UpliftVerdict

SEEDS = range(1, 21)


def test_in_a_market_of_strong_effects_uplift_beats_highest_risk() -> None:
    one = measure(MarketSettings.default().with_response(strength=2.0), 8_000, seed=1)
    assert one.beats_highest_risk
    assert one.difference.low < one.true_difference < one.difference.high


def test_in_a_market_of_one_effect_no_gain_is_claimed() -> None:
    one = measure(MarketSettings.constant(), 8_000, seed=2)
    assert not one.claims_a_gain
    assert one.report.verdict is not UpliftVerdict.PERSONALISE


@pytest.mark.validation
@pytest.mark.timeout(5400)
def test_uplift_beats_highest_risk_in_18_of_20_default_markets() -> None:
    assert sum(measure(MarketSettings.default(), 60_000, seed).beats_highest_risk for seed in SEEDS) >= 18


@pytest.mark.validation
@pytest.mark.timeout(5400)
def test_no_gain_is_claimed_in_18_of_20_constant_markets() -> None:
    assert sum(not measure(MarketSettings.constant(), 30_000, seed).claims_a_gain for seed in SEEDS) >= 18
