"""The untreated: whose outcomes show what happens without a message, and how many customers each stands for."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from perennial.statistics.arrays import Floats

MIN_HOLDOUT_CUSTOMERS = 1_000
"""From this size on the control group is used alone: it gives a share to about three points, without a model."""

MIN_OVERLAP = 0.5
"""The effective customers have to be at least this share of the customers without a message."""


class Population(StrEnum):
    """Customers without a message within the horizon, or all of them, as if messages changed nothing."""

    UNTREATED = "untreated"
    EVERYONE = "everyone"


class SelectionMethod(StrEnum):
    """How the rows of a population were selected."""

    NOBODY_MESSAGED = "nobody_messaged"
    HOLDOUT = "holdout"
    WEIGHTED = "weighted"
    EVERYONE = "everyone"


@dataclass(frozen=True)
class WeightedRows:
    """A population among n rows: `rows` (n,) is the mask of its m rows, `weights` (m,) how many customers each stands
    for, and `method` how they were selected.
    """

    method: SelectionMethod
    rows: npt.NDArray[np.bool_]
    weights: Floats


def choose_untreated(outcomes: pd.DataFrame) -> WeightedRows:
    """The untreated rows of `outcomes` (n rows) with their weights.

    Everyone where nobody was messaged; else the control group where it has `MIN_HOLDOUT_CUSTOMERS`; else every customer
    without a message, weighted by 1 / (1 - propensity): inverse probability of treatment weighting (Robins, Hernan &
    Brumback 2000). Where some customers are never written to, past messages predict the next one almost surely, and the
    weights concentrate on the few exceptions; then past messages are left out of the propensity (a near-instrument adds
    variance and no protection: Myers et al. 2011).

    Columns read: `customer_id`; `was_messaged` and `is_held` (boolean: a message within the horizon, a member of the
    control group); `propensity` and `propensity_without_past_messages` (of a message, 0 to below 1, from
    `message_propensity`). Raises KeyError where one is missing.
    """
    messaged = outcomes["was_messaged"].to_numpy()
    if not messaged.any():
        return WeightedRows(SelectionMethod.NOBODY_MESSAGED, ~messaged, np.ones(len(outcomes)))
    held = outcomes["is_held"].to_numpy()
    if outcomes.loc[held, "customer_id"].nunique() >= MIN_HOLDOUT_CUSTOMERS:
        return WeightedRows(SelectionMethod.HOLDOUT, held, np.ones(int(held.sum())))
    names = outcomes["customer_id"].to_numpy(dtype=object)[~messaged]
    weights: Floats = 1 / (1 - outcomes["propensity"].to_numpy()[~messaged])
    if effective_customers(names, weights) < MIN_OVERLAP * len(set(names)):
        weights = 1 / (1 - outcomes["propensity_without_past_messages"].to_numpy()[~messaged])
    return WeightedRows(SelectionMethod.WEIGHTED, ~messaged, weights)


def effective_customers(customers: npt.NDArray[np.object_], weights: Floats) -> float:
    """The effective sample size: so many customers of equal weight are as informative (Kish 1965, Survey Sampling).

    `customers` (rows,): the id of each row's customer. `weights` (rows,): above zero. A customer of several rows counts
    once, with their mean weight.
    """
    _, codes = np.unique(customers.astype(str), return_inverse=True)
    summed = np.bincount(codes, weights=weights)
    counted = np.bincount(codes)
    per_customer = summed / counted
    return float(per_customer.sum() ** 2 / (per_customer**2).sum())
