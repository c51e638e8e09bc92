"""Rows of a known distribution: weekly snapshots of customers whose label probability is planted here."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit

from training.data.dataset import Dataset
from training.data.labels import Labels
from training.data.periods import plan_periods
from training.data.rows import Rows
from training.specs import Spec

FIRST_SUNDAY = date(2017, 1, 1)


def plant_rows(customers: int = 300, weeks: int = 30, seed: int = 1, shift: float = 0.0) -> Rows:
    """Weekly rows whose label is yes with probability expit(1.2 mood - 0.8 log recency + `shift`)."""
    generator = np.random.default_rng(seed)
    names = np.repeat([f"c{number:04d}" for number in range(customers)], weeks).astype(object)
    days = np.tile([FIRST_SUNDAY + timedelta(weeks=week) for week in range(weeks)], customers)
    frame = make_features(generator, len(names))
    truth = expit(true_margin(frame) + shift)
    label = (generator.random(len(names)) < truth.to_numpy()).astype(float)
    order = np.lexsort((names, days))
    stages = np.full(len(names), "engagement", dtype=object)
    messaged = np.zeros(len(names), dtype=bool)
    features = frame.iloc[order].reset_index(drop=True)
    return Rows(features, label[order], names[order], stages, messaged, days[order])


def dataset_of(spec: Spec, rows: Rows, horizon_days: int = 7) -> Dataset:
    """The rows as the dataset of a training, their labels observed after `horizon_days`."""
    days = sorted(set(rows.days))
    periods = plan_periods(days, horizon_days)
    assert periods is not None
    return Dataset(Labels(spec, days[-1]), rows, periods, "digest")


def make_features(generator: np.random.Generator, count: int) -> pd.DataFrame:
    """Features of which `mood` and recency decide the label; some constant, some unknown."""
    recency, mood = generator.normal(size=count), generator.normal(size=count)
    mood[generator.random(count) < 0.1] = np.nan
    frame = {
        "days_since_last_order": np.round(np.exp(2 + recency)),
        "days_since_first_order": np.full(count, 200.0),
        "count_orders": generator.poisson(4, count) + 1.0,
        "count_orders_91d": generator.poisson(2, count).astype(float),
        "revenue": generator.gamma(2, 40, count),
        "revenue_91d": generator.gamma(2, 20, count),
        "mood": mood,
        "never_changes": np.ones(count),
        "never_known": np.full(count, np.nan),
        "department": generator.choice(np.array(["wine", "bread", "unknown"], dtype=object), count),
    }
    return pd.DataFrame(frame)


def true_margin(frame: pd.DataFrame) -> Any:
    """(rows,): the log odds of the label."""
    return 1.2 * frame["mood"].fillna(0.0) - 0.8 * (np.log(frame["days_since_last_order"].clip(lower=1)) - 2)
