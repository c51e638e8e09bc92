"""A randomised experiment without the detail of its events: fast enough for thousands of repetitions."""

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd

from perennial.simulation.actions import Action, Decisions
from perennial.simulation.arrays import Bools, Floats, Ints
from perennial.simulation.daily_step import Environment, simulate_day
from perennial.simulation.history import RECENT_DAYS, History
from perennial.simulation.oracle import expected_outcomes
from perennial.simulation.policy import RandomSending
from perennial.simulation.state import State

HISTORY_DAYS = 91
_SATURDAY = 5


class Trial(NamedTuple):
    """The result of a trial, (customers,) each, in the order asked for.

    `features`: what the brand observed before the treatment (see `History.features`); `revenue`: dollars over the
    horizon; `ordered`: whether there was an order; `true_effect`: the expected revenue (dollars) that the treatment
    adds, from the oracle.
    """

    features: pd.DataFrame
    revenue: Floats
    ordered: Bools
    true_effect: Floats


@dataclass(frozen=True)
class MarketSnapshot:
    """A market on the morning after its history: latent state, and what its brand has observed."""

    environment: Environment
    state: State
    history: History


def simulate_history(environment: Environment, state: State, sending: RandomSending, seed: list[int]) -> MarketSnapshot:
    """Simulate `HISTORY_DAYS` with random messages; `state` is advanced in place."""
    history = History.begin(len(environment.people))
    for day in range(HISTORY_DAYS):
        random = np.random.default_rng([*seed, day])
        sent = sending.decide(random)
        outcomes, orders = simulate_day(environment, state, day, sent, random)
        is_recent = day >= HISTORY_DAYS - RECENT_DAYS
        is_weekend = (environment.start + timedelta(days=day)).weekday() >= _SATURDAY
        history.add_messages(sent, outcomes, environment.people.has_machine, is_recent=is_recent)
        history.add_orders(orders, day, is_recent=is_recent, is_weekend=is_weekend)
    return MarketSnapshot(environment, state, history)


def run_trial(
    before: MarketSnapshot, customers: Ints, treated: Bools, action: Action, horizon_days: int, seed: list[int]
) -> Trial:
    """Treat the `treated` of `customers` (indices), then observe all for `horizon_days`. `before` does not change."""
    environment, state = before.environment.take(customers), before.state.take(customers)
    features = before.history.take(customers).features(state, environment.people.favourite, HISTORY_DAYS)
    treatment = expected_outcomes(environment, state, HISTORY_DAYS, action, horizon_days)
    baseline = expected_outcomes(environment, state, HISTORY_DAYS, None, horizon_days)
    revenue = np.zeros(len(customers))
    sent = action.to(np.flatnonzero(treated))
    for ahead in range(horizon_days):
        random = np.random.default_rng([*seed, ahead])
        _, orders = simulate_day(environment, state, HISTORY_DAYS + ahead, sent, random)
        revenue += np.bincount(orders.customer, orders.revenue, minlength=len(customers))
        sent = Decisions.none()
    return Trial(features, revenue, revenue > 0, treatment.revenue - baseline.revenue)
