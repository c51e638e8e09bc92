"""Uplift in markets with a known truth: targeting by uplift against highest risk, and no gain where there is none.

Prints, for each seed, the report's estimates beside the true effects, then counts. In the default market effects
differ, in the constant one every message adds the same. Options: --seeds N (default 20), --customers N (default
60,000), --market default or constant (both by default).
"""

import argparse
import time
from dataclasses import dataclass

import numpy as np

from perennial.simulation import Market, MarketSettings
from perennial.statistics import Interval
from perennial.uplift import UpliftReport, UpliftVerdict, estimate

RISK = "days_since_last_order"
BUDGET = 0.3
TREATED = 0.5
MARKETS = {"default": MarketSettings.default(), "constant": MarketSettings.constant()}


@dataclass(frozen=True)
class MarketResult:
    """One market: the report, the true difference of both ways of targeting in dollars per customer, seconds."""

    report: UpliftReport
    difference: Interval
    true_difference: float
    seconds: float

    @property
    def beats_highest_risk(self) -> bool:
        return self.difference.is_above_zero and self.true_difference > 0

    @property
    def claims_a_gain(self) -> bool:
        return self.report.verdict is UpliftVerdict.PERSONALISE or self.difference.is_above_zero


def measure(settings: MarketSettings, customers: int, seed: int) -> MarketResult:
    """A trial that treats half of a market's customers, and the report on it."""
    treated = np.random.default_rng([seed, 99]).random(customers) < TREATED
    trial = Market(customers, seed=seed, settings=settings).trial(None, treated)
    data = trial.features.assign(arm=np.where(treated, "email", "holdout"), revenue=trial.revenue)
    # Those who never ordered rank as away the longest.
    data[RISK] = data[RISK].fillna(data[RISK].max() + 1)
    started = time.perf_counter()
    report = estimate(
        data,
        treatment="arm",
        treated="email",
        control="holdout",
        outcome="revenue",
        risk=RISK,
        budget=BUDGET,
        seed=seed,
    )
    seconds = time.perf_counter() - started
    assert report.targeting is not None
    by_uplift = np.argsort(report.customers["rank"].to_numpy(), kind="stable")[: round(BUDGET * customers)]
    by_risk = np.argsort(-data[RISK].to_numpy(), kind="stable")[: round(BUDGET * customers)]
    true_difference = float(trial.true_effect[by_uplift].sum() - trial.true_effect[by_risk].sum()) / customers
    return MarketResult(report, report.targeting.difference, true_difference, seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--customers", type=int, default=60_000)
    parser.add_argument("--market", choices=MARKETS)
    options = parser.parse_args()
    for name in [options.market] if options.market else MARKETS:
        settings = MARKETS[name]
        print(f"The {name} market, {options.customers:,} customers, {BUDGET:.0%} treated by uplift or by {RISK}")
        found = [_print(seed, measure(settings, options.customers, seed)) for seed in range(1, options.seeds + 1)]
        beats, claims = sum(one.beats_highest_risk for one in found), sum(one.claims_a_gain for one in found)
        print(
            f"  beats highest risk in {beats} of {len(found)}, reports no gain in {len(found) - claims}\n", flush=True
        )


def _print(seed: int, one: MarketResult) -> MarketResult:
    found, report = one.difference, one.report
    qini = report.ranking.qini
    print(
        f"  seed {seed:2}: over highest risk {found.estimate:+.2f} ({found.low:+.2f} to {found.high:+.2f}), "
        f"true {one.true_difference:+.2f}; qini {qini.estimate:+.2f} ({qini.low:+.2f} to {qini.high:+.2f}); "
        f"{report.verdict}, gain {report.gain.estimate:+.2f} ({report.gain.low:+.2f} to {report.gain.high:+.2f}); "
        f"{report.learners[0].name}; {one.seconds:.0f} s",
        flush=True,
    )
    return one


if __name__ == "__main__":
    main()
