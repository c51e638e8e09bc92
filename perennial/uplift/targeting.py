"""Treating those at highest risk, as is usual, against treating those with the most uplift, at the same cost."""

import numpy as np

from perennial.uplift.arrays import Floats
from perennial.uplift.errors import UpliftInputError
from perennial.uplift.means import mean
from perennial.uplift.policy_value import told
from perennial.uplift.results import Targeting


def compare(name: str, risk: Floats, rank: Floats, value: Floats, budget: float, seed: int) -> Targeting:
    """Both treat the share `budget` of customers, so that costs are equal; `value` is the worth of what is gained.

    Equals in risk are taken in random order. Raises UpliftInputError for a share that is none or all, or a score that
    is the same for everyone.
    """
    if not 0 < budget < 1:
        raise UpliftInputError(f"The share to treat must lie between 0 and 1, not {budget:g}: at 1 all choose alike")
    if (risk == risk[0]).all():
        raise UpliftInputError(f"The risk score {name!r} is the same for everyone: it chooses nobody")
    count = round(budget * len(risk))
    by_risk = _first(-risk, count, seed)
    by_uplift = _first(rank, count, seed)
    difference = mean(value * (by_uplift - by_risk))
    return Targeting(
        risk=name,
        treated_share=count / len(risk),
        by_uplift=mean(value * by_uplift),
        by_risk=mean(value * by_risk),
        difference=difference,
        sentence=_sentence(name, budget, difference.low, difference.high, told(difference)),
    )


def _first(key: Floats, count: int, seed: int) -> Floats:
    order = np.lexsort((np.random.default_rng([seed, 4]).random(len(key)), key))
    chosen = np.zeros(len(key))
    chosen[order[:count]] = 1.0
    return chosen


def _sentence(name: str, budget: float, low: float, high: float, words: str) -> str:
    if low > 0:
        verb = "brings more than"
    elif high < 0:
        verb = "brings LESS than"
    else:
        verb = "cannot be told from"
    return (
        f"Treating {budget:.0%} of customers, choosing by uplift {verb} choosing by highest {name}: "
        f"{words} per customer at the same cost"
    )
