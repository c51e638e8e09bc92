"""The distance of predictions from the true probabilities: the market simulated again, its oracle asked each Sunday."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import numpy as np
import pandas as pd

from perennial.database import Role, connect
from perennial.horizons import horizon_days
from perennial.simulation import Market
from perennial.simulation.arrays import Floats, Ints
from perennial.stages import PredictionKind
from perennial.statistics import Interval, measure_calibration
from perennial.tables import PREDICTIONS_SCORES

Oracle = Callable[[Market, Ints, int], Floats]


def _orders(market: Market, customers: Ints, days: int, *, orders: int) -> Floats:
    return market.orders_probability(customers, orders, days)


def _no_order(market: Market, customers: Ints, days: int) -> Floats:
    return 1 - market.orders_probability(customers, 1, days)


ORACLES: dict[str, Oracle] = {
    "activation": partial(_orders, orders=2),
    "purchase_intent": partial(_orders, orders=1),
    "churn_risk": _no_order,
    "reactivation": partial(_orders, orders=1),
}
"""True probability of each model's label within so many days, for a customer who is untreated."""


@dataclass(frozen=True)
class TrueGap:
    """Calibration gap of the predictions against the true probabilities, as a fraction."""

    never_messaged: Interval
    everyone: Interval

    def __str__(self) -> str:
        return f"in truth {_points(self.never_messaged)} for those never messaged, {_points(self.everyone)} for all"


def gaps(market: Market, last: date) -> dict[str, TrueGap]:
    """For each stage's model, over every score up to `last` of a market's customers; steps the market to that day."""
    scores = _read_scores(last)
    with_truth: dict[str, list[pd.DataFrame]] = {model: [] for model in ORACLES}
    for day in sorted(set(scores["as_of"])):
        while market.start + timedelta(days=market.day) <= day:
            market.step(market.random_decisions())
        scored = scores[scores["as_of"] == day]
        for model, parts in with_truth.items():
            parts.append(_with_truth(market, model, scored[scored["model"] == model]))
    return {model: _gap(pd.concat(parts, ignore_index=True)) for model, parts in with_truth.items()}


def _read_scores(last: date) -> pd.DataFrame:
    statement = f"""
        select model, as_of, customer_id, probability as predicted from {PREDICTIONS_SCORES}
        where model = any(%s) and as_of <= %s and customer_id ~ '^c[0-9]+$'
    """
    with connect(Role.READER) as connection:
        rows = connection.execute(statement, [list(ORACLES), last]).fetchall()
    return pd.DataFrame(rows, columns=["model", "as_of", "customer_id", "predicted"])


def _with_truth(market: Market, model: str, rows: pd.DataFrame) -> pd.DataFrame:
    positions = rows["customer_id"].str.slice(1).astype(int).to_numpy()
    truth = ORACLES[model](market, positions, horizon_days(model))
    return rows.assign(truth=truth, is_never=market.never[positions])


def _gap(rows: pd.DataFrame) -> TrueGap:
    return TrueGap(_distance(rows[rows["is_never"]]), _distance(rows))


def _distance(rows: pd.DataFrame) -> Interval:
    names = rows["customer_id"].to_numpy(dtype=object)
    truth, predicted = (rows[name].to_numpy(dtype=np.float64) for name in ("truth", "predicted"))
    return measure_calibration(PredictionKind.PROBABILITY, truth, predicted, names).gap


def _points(gap: Interval) -> str:
    return f"{100 * gap.estimate:.2f} [{100 * gap.low:.2f}, {100 * gap.high:.2f}]"
