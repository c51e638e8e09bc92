"""Planted outcomes: what each customer would do without a message is known here only."""

from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from perennial.monitoring.scored_days import ScoredDays
from perennial.stages import PredictionKind
from perennial.statistics import message_propensity

DAY = date(2017, 9, 3)
DAYS = ScoredDays("churn_risk", PredictionKind.PROBABILITY, 28, date(2017, 10, 1), (DAY,), (), (), ())


def outcomes(
    seed: int,
    count: int = 4_000,
    *,
    lie: float = 0.0,
    effect: float = 0.0,
    messaged: float = 0.7,
    held: float = 0.05,
) -> pd.DataFrame:
    """Customers whose predicted churn is their true probability plus `lie`; a message lowers the true one by `effect`.

    The riskier half is messaged with probability `messaged`, the others with a third of it; `held` are never messaged.
    """
    generator = np.random.default_rng(seed)
    truth = generator.beta(3, 3, count) * 0.8 + 0.1
    is_held = generator.random(count) < held
    propensity = np.where(truth > np.median(truth), messaged, messaged / 3)
    was_messaged = (generator.random(count) < propensity) & ~is_held
    churned = generator.random(count) < np.where(was_messaged, np.maximum(truth - effect, 0.0), truth)
    frame = frame_of(np.clip(truth + lie, 0.001, 0.999), churned, was_messaged, is_held)
    frame["propensity"] = message_propensity(PredictionKind.PROBABILITY, frame, [])
    frame["propensity_without_past_messages"] = frame["propensity"]
    return frame


def frame_of(
    predicted: "npt.NDArray[Any]",
    realised: "npt.NDArray[Any]",
    was_messaged: "npt.NDArray[Any]",
    is_held: "npt.NDArray[Any]",
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": [f"c{number}" for number in range(len(predicted))],
            "stage": "retention",
            "model_version": "1",
            "predicted": predicted,
            "realised": realised.astype(float),
            "was_messaged": was_messaged,
            "is_held": is_held,
            "scored_on": DAY,
            "propensity": 0.0,
            "propensity_without_past_messages": 0.0,
        }
    )
