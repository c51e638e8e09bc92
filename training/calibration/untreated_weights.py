"""Inverse-propensity weights of untreated rows: those without a message within the horizon.

A score predicts what happens without a message. Messages change outcomes, so a model calibrated on every row would mix
in the effect of whatever was sent, and its scores would change their meaning with the next campaign.
"""

import numpy as np
import pandas as pd

from perennial.stages import PredictionKind
from perennial.statistics import EXPOSURE_FEATURES, Floats, choose_untreated, effective_customers, message_propensity
from training.data.rows import Rows

ENOUGH_CUSTOMERS = 200
ENOUGH_OF_EACH = 30
"""With fewer effective customers, or fewer of either outcome, untreated rows are too few: every row counts."""


def untreated_weights(kind: PredictionKind, rows: Rows, predicted: Floats) -> Floats:
    """(rows,): the number of rows that each stands for; their sum is the number of rows that count.

    Zero for treated rows. Untreated ones are weighted by the inverse of their propensity to be untreated, given the
    prediction `predicted` (rows,), in its own unit, and what decides who is messaged (Robins, Hernán & Brumback 2000).
    All ones where no row, every row or nearly every row was treated.
    """
    everyone = np.ones(len(rows))
    if not rows.messaged.any() or rows.messaged.all():
        return everyone
    chosen = choose_untreated(_with_propensities(kind, rows, predicted))
    actual = rows.actual[chosen.rows]
    positives = int(np.sum(actual > 0))
    if (
        effective_customers(rows.customers[chosen.rows], chosen.weights) < ENOUGH_CUSTOMERS
        or min(positives, len(actual) - positives) < ENOUGH_OF_EACH
    ):
        return everyone
    weights = np.zeros(len(rows))
    weights[chosen.rows] = chosen.weights * (chosen.rows.sum() / chosen.weights.sum())
    return weights


def _with_propensities(kind: PredictionKind, rows: Rows, predicted: Floats) -> pd.DataFrame:
    names = [name for name in EXPOSURE_FEATURES if name in rows.features]
    frame = rows.features[names].assign(
        customer_id=rows.customers,
        stage=rows.stages,
        predicted=predicted,
        was_messaged=rows.messaged,
        is_held=False,  # whoever is held out is one of the untreated
    )
    without_past_messages = [name for name in names if "message" not in name]
    return frame.assign(
        propensity=message_propensity(kind, frame, names),
        propensity_without_past_messages=message_propensity(kind, frame, without_past_messages),
    )
