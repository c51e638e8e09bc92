"""How much each row tells of customers who are left alone: what a score promises, and is held to.

A score says what will happen if nobody writes. Messages change what happens, so a prediction calibrated on everyone
mixes in whatever was sent, and changes its meaning with the next campaign.
"""

import numpy as np
import pandas as pd

from perennial.stages import PredictionKind
from perennial.statistics import EXPOSURE_FEATURES, choose_untreated, effective_customers, message_propensity
from perennial.statistics.bootstrap import Floats
from training.data.rows import Rows

ENOUGH_CUSTOMERS = 200
ENOUGH_OF_EACH = 30
"""With fewer effective customers, or fewer of either outcome, the untreated tell too little: everyone counts."""


def weigh_alone(kind: PredictionKind, rows: Rows, predicted: Floats) -> Floats:
    """(rows,): how many rows each stands for. Zero for those with a message within the horizon; the others are weighted
    by inverse propensity, given the prediction and what decides who is written to. Ones where nobody, or nearly
    everybody, was messaged.
    """
    everyone = np.ones(len(rows))
    if not rows.messaged.any() or rows.messaged.all():
        return everyone
    chosen = choose_untreated(_exposed(kind, rows, predicted))
    actual = rows.actual[chosen.rows]
    happened = int(np.sum(actual > 0))
    if (
        effective_customers(rows.customers[chosen.rows], chosen.weights) < ENOUGH_CUSTOMERS
        or min(happened, len(actual) - happened) < ENOUGH_OF_EACH
    ):
        return everyone
    weights = np.zeros(len(rows))
    weights[chosen.rows] = chosen.weights * (chosen.rows.sum() / chosen.weights.sum())
    return weights


def _exposed(kind: PredictionKind, rows: Rows, predicted: Floats) -> pd.DataFrame:
    names = [name for name in EXPOSURE_FEATURES if name in rows.features]
    frame = rows.features[names].assign(
        customer_id=rows.customers,
        stage=rows.stages,
        predicted=predicted,
        was_messaged=rows.messaged,
        is_held=False,  # whoever is held out counts among the untreated
    )
    plain = [name for name in names if "message" not in name]
    return frame.assign(
        propensity=message_propensity(kind, frame, names),
        propensity_without_past_messages=message_propensity(kind, frame, plain),
    )
