"""Whose outcomes tell what was predicted: customers that nobody messaged, and how many each stands for."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from perennial.statistics.bootstrap import Floats

ENOUGH_HELD = 1_000
"""So many of the control group answer by themselves: their share is known to about three points, without a model."""


LEAST_OVERLAP = 0.5
"""Of the customers without a message at least such a share has to remain, as effective customers."""


class Population(StrEnum):
    """Customers without a message within the horizon, or all, as if messages changed nothing."""

    UNMESSAGED = "unmessaged"
    EVERYONE = "everyone"


class Method(StrEnum):
    """How the customers without a message were chosen."""

    NOBODY_MESSAGED = "nobody_messaged"
    HOLDOUT = "holdout"
    WEIGHTED = "weighted"
    EVERYONE = "everyone"


@dataclass(frozen=True)
class Chosen:
    """Which rows (mask), how many customers each stands for, and how they were chosen."""

    method: Method
    rows: npt.NDArray[np.bool_]
    weights: Floats


def choose_unmessaged(outcomes: pd.DataFrame) -> Chosen:
    """Everyone where nobody was messaged; else the control group where it is large enough; else weighted for exposure.

    Weighted: each customer without a message stands for 1 / (1 - exposure) like them (inverse probability of treatment
    weighting, Robins, Hernan & Brumback 2000). Where some customers are never written to at all, past messages foretell
    exposure almost surely, and the weights fall on the few lucky ones among the others; then past messages are left out
    (a near-instrument adds variance and no protection: Myers et al. 2011).
    """
    messaged = outcomes["was_messaged"].to_numpy()
    if not messaged.any():
        return Chosen(Method.NOBODY_MESSAGED, ~messaged, np.ones(len(outcomes)))
    held = outcomes["is_held"].to_numpy()
    if outcomes.loc[held, "customer_id"].nunique() >= ENOUGH_HELD:
        return Chosen(Method.HOLDOUT, held, np.ones(int(held.sum())))
    names = outcomes["customer_id"].to_numpy(dtype=object)[~messaged]
    weights: Floats = 1 / (1 - outcomes["exposure"].to_numpy()[~messaged])
    if effective_customers(names, weights) < LEAST_OVERLAP * len(set(names)):
        weights = 1 / (1 - outcomes["exposure_but_for_past_messages"].to_numpy()[~messaged])
    return Chosen(Method.WEIGHTED, ~messaged, weights)


def effective_customers(customers: npt.NDArray[np.object_], weights: Floats) -> float:
    """As many customers of equal weight would tell as much (Kish 1965)."""
    _, codes = np.unique(customers.astype(str), return_inverse=True)
    summed = np.bincount(codes, weights=weights)
    counted = np.bincount(codes)
    per_row = summed / counted  # a customer scored often is one customer, not a heavy one
    return float(per_row.sum() ** 2 / (per_row**2).sum())
