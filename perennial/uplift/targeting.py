"""Targeting by highest risk, as is usual, against targeting by uplift, at the same cost."""

import numpy as np

from perennial.statistics import Floats, Interval, t_interval
from perennial.tabular import InputError
from perennial.uplift.results import Targeting


def compare_targeting(name: str, risk: Floats, rank: Floats, value: Floats, budget: float, seed: int) -> Targeting:
    """Both treat the share `budget` of customers, so that costs are equal; all arrays are (rows,).

    `risk`: the score called `name`, highest first; ties in random order. `rank`: by uplift, 0 first. `value`: what
    treating each customer gains, in money, by their doubly robust score. Raises InputError for a share of none or all,
    or a score that is the same for everyone.
    """
    if not 0 < budget < 1:
        raise InputError(f"The share to treat must lie between 0 and 1, not {budget:g}: at 1 both treat everyone")
    if (risk == risk[0]).all():
        raise InputError(f"The risk score {name!r} is the same for everyone: nobody can be targeted by it")
    count = round(budget * len(risk))
    by_risk = _first(-risk, count, seed)
    by_uplift = _first(rank, count, seed)
    difference = t_interval(value * (by_uplift - by_risk))
    return Targeting(
        risk=name,
        treated_share=count / len(risk),
        by_uplift=t_interval(value * by_uplift),
        by_risk=t_interval(value * by_risk),
        difference=difference,
        sentence=_sentence(name, budget, difference),
    )


def _first(key: Floats, count: int, seed: int) -> Floats:
    """1 for the `count` customers with the smallest keys, 0 for the others."""
    order = np.lexsort((np.random.default_rng([seed, 4]).random(len(key)), key))
    chosen = np.zeros(len(key))
    chosen[order[:count]] = 1.0
    return chosen


def _sentence(name: str, budget: float, difference: Interval) -> str:
    if difference.is_above_zero:
        verb = "brings more than"
    elif difference.is_below_zero:
        verb = "brings LESS than"
    else:
        verb = "cannot be distinguished from"
    return (
        f"Treating {budget:.0%} of customers, targeting by uplift {verb} targeting by highest {name}: "
        f"{difference.describe('+.3g')} per customer at the same cost"
    )
