"""How probable a message was for each customer, so that those without one can stand for everyone."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from perennial.stages import PredictionKind
from perennial.statistics.bootstrap import Floats
from perennial.statistics.regression import expected, fit

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

MOST_PROBABLE = 0.98
"""Nobody without a message stands for more than 1 / (1 - this) = 50 customers."""

RIDGE = 1.0
SCORE_GROUPS = 10


def probability_of_a_message(kind: PredictionKind, outcomes: pd.DataFrame, features: Sequence[str]) -> Floats:
    """(rows,): estimated probability to be messaged within the horizon, given what was known when scored.

    A logistic regression, among those not held out, on the score (also in tenths: audiences are cut by it), the stage
    and `features` as logarithms. Whoever is held out was drawn by chance, which is a share of everyone's probability
    of no message: at least that much overlap there is.
    """
    messaged, held = outcomes["was_messaged"].to_numpy(), outcomes["is_held"].to_numpy()
    if not messaged.any():
        return np.zeros(len(outcomes))
    free = ~held
    columns = _columns(kind, outcomes, features)
    beta = fit(
        PredictionKind.PROBABILITY, columns[free], messaged[free].astype(np.float64), np.ones(int(free.sum())), RIDGE
    )
    chance = expected(PredictionKind.PROBABILITY, columns @ beta) * free.mean()
    clipped: Floats = np.minimum(chance, MOST_PROBABLE)
    return clipped


def _columns(kind: PredictionKind, outcomes: pd.DataFrame, features: Sequence[str]) -> Floats:
    score = outcomes["predicted"].to_numpy()
    inside = np.clip(score, 1e-6, 1 - 1e-6)
    parts = [np.log(inside / (1 - inside)) if kind is PredictionKind.PROBABILITY else np.log1p(np.maximum(score, 0.0))]
    tenths = pd.qcut(outcomes["predicted"], SCORE_GROUPS, labels=False, duplicates="drop")
    for grouped in (tenths, outcomes["stage"]):
        parts += [(grouped == value).to_numpy() for value in sorted(grouped.dropna().unique())[1:]]
    for name in features:
        known = outcomes[name].notna().to_numpy()
        middle = float(outcomes[name].median()) if known.any() else 0.0
        parts += [np.log1p(np.maximum(outcomes[name].fillna(middle).to_numpy(), 0.0)), ~known]
    columns = np.stack([np.asarray(part, dtype=np.float64) for part in parts], axis=1)
    columns = columns[:, np.ptp(columns, axis=0) > 0]
    spread = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    return np.concatenate([np.ones((len(columns), 1)), spread], axis=1)
