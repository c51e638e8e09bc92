"""The propensity of a message: how probable one was for each customer, so that the untreated can stand for everyone."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from perennial.stages import PredictionKind
from perennial.statistics.arrays import Floats
from perennial.statistics.regression import fit_regression, inverse_link

EXPOSURE_FEATURES = (
    "days_since_last_order",
    "days_since_first_order",
    "count_orders",
    "count_orders_91d",
    "count_messages_28d",
    "count_messages_91d",
    "count_message_responses_91d",
    "days_since_last_message",
)
"""What decides who is messaged, beside stage and score; those of them that the marts have are used."""

MAX_PROPENSITY = 0.98
"""Nobody without a message stands for more than 1 / (1 - this) = 50 customers."""

RIDGE = 1.0
SCORE_GROUPS = 10


def message_propensity(kind: PredictionKind, outcomes: pd.DataFrame, features: Sequence[str]) -> Floats:
    """(rows,): each row's probability of a message within the horizon given what was known at scoring, 0 to
    `MAX_PROPENSITY`.

    A logistic regression, among those not held out, on the score (also in deciles: audiences are cut by it), the stage
    and the logarithm of `features` (Rosenbaum & Rubin 1983, "The central role of the propensity score"). Whoever is
    held out was drawn at random, which is a share of everyone's probability of no message: that much overlap there is
    at least. Zeros where nobody was messaged.

    Columns read: `predicted` (a probability, or an amount, by `kind`), `stage` (text), `was_messaged` and `is_held`
    (boolean), and `features` (numbers, NaN for unknown). Raises KeyError where one is missing.
    """
    messaged, held = outcomes["was_messaged"].to_numpy(), outcomes["is_held"].to_numpy()
    if not messaged.any():
        return np.zeros(len(outcomes))
    free = ~held
    design = _design_matrix(kind, outcomes, features)
    beta = fit_regression(
        PredictionKind.PROBABILITY, design[free], messaged[free].astype(np.float64), np.ones(int(free.sum())), RIDGE
    )
    propensity = inverse_link(PredictionKind.PROBABILITY, design @ beta) * free.mean()
    clipped: Floats = np.minimum(propensity, MAX_PROPENSITY)
    return clipped


def _design_matrix(kind: PredictionKind, outcomes: pd.DataFrame, features: Sequence[str]) -> Floats:
    """(rows, 1 + columns): an intercept, then every column that varies, standardised."""
    score = outcomes["predicted"].to_numpy()
    inside = np.clip(score, 1e-6, 1 - 1e-6)
    parts = [np.log(inside / (1 - inside)) if kind is PredictionKind.PROBABILITY else np.log1p(np.maximum(score, 0.0))]
    deciles = pd.qcut(outcomes["predicted"], SCORE_GROUPS, labels=False, duplicates="drop")
    for grouped in (deciles, outcomes["stage"]):
        parts += [(grouped == value).to_numpy() for value in sorted(grouped.dropna().unique())[1:]]
    for name in features:
        known = outcomes[name].notna().to_numpy()
        median = float(outcomes[name].median()) if known.any() else 0.0
        parts += [np.log1p(np.maximum(outcomes[name].fillna(median).to_numpy(), 0.0)), ~known]
    columns = np.stack([np.asarray(part, dtype=np.float64) for part in parts], axis=1)
    columns = columns[:, np.ptp(columns, axis=0) > 0]
    standardised = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    return np.concatenate([np.ones((len(columns), 1)), standardised], axis=1)
