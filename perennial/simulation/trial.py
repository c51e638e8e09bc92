"""A randomised experiment without the detail of its events: fast enough for thousands of repetitions."""

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd

from perennial.simulation.actions import Action, Decisions
from perennial.simulation.arrays import Bools, Floats, Ints
from perennial.simulation.daily_step import Place, live_day
from perennial.simulation.history import RECENT_DAYS, History
from perennial.simulation.oracle import outlook
from perennial.simulation.policy import RandomSending
from perennial.simulation.state import State

HISTORY_DAYS = 91
_SATURDAY = 5


class Trial(NamedTuple):
    """What a trial gives back, one row or value per customer, in the order asked for.

    `features`: what the brand knew before the treatment (see `History.features`); `revenue`: dollars over the horizon;
    `ordered`: whether there was an order; `true_effect`: the oracle, the expected revenue that the treatment adds.
    """

    features: pd.DataFrame
    revenue: Floats
    ordered: Bools
    true_effect: Floats


@dataclass(frozen=True)
class Lived:
    """A market on the morning after its history: where it stands, and what its brand has seen."""

    place: Place
    state: State
    history: History


def live_history(place: Place, state: State, sending: RandomSending, seed: list[int]) -> Lived:
    """Everybody lives through `HISTORY_DAYS` with random messages. `state` is used up."""
    history = History.begin(len(place.people))
    for day in range(HISTORY_DAYS):
        random = np.random.default_rng([*seed, day])
        sent = sending.decide(random)
        answers, orders = live_day(place, state, day, sent, random)
        is_recent = day >= HISTORY_DAYS - RECENT_DAYS
        is_weekend = (place.start + timedelta(days=day)).weekday() >= _SATURDAY
        history.note_messages(sent, answers, place.people.has_machine, is_recent=is_recent)
        history.note_orders(orders, day, is_recent=is_recent, is_weekend=is_weekend)
    return Lived(place, state, history)


def run_trial(
    lived: Lived, customers: Ints, treated: Bools, action: Action, horizon_days: int, seed: list[int]
) -> Trial:
    """Treat, wait, count. Nothing of `lived` changes."""
    place, state = lived.place.take(customers), lived.state.take(customers)
    features = lived.history.take(customers).features(state, place.people.favourite, HISTORY_DAYS)
    treatment = outlook(place, state, HISTORY_DAYS, action, horizon_days)
    quiet = outlook(place, state, HISTORY_DAYS, None, horizon_days)
    revenue = np.zeros(len(customers))
    sent = action.to(np.flatnonzero(treated))
    for ahead in range(horizon_days):
        random = np.random.default_rng([*seed, ahead])
        _, orders = live_day(place, state, HISTORY_DAYS + ahead, sent, random)
        revenue += np.bincount(orders.customer, orders.revenue, minlength=len(customers))
        sent = Decisions.none()
    return Trial(features, revenue, revenue > 0, treatment.revenue - quiet.revenue)
