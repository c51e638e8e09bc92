"""Who may see whom: every row is judged by what has seen neither it nor its fold.

Four folds. A learner is fitted on each *pair* of folds; each of the other two folds is foretold by it. Seen from one
fold as the rows of final judgement, the three pairs without it have foretold the three other folds: there learners are
chosen and calibrated. So nothing that fits, chooses or calibrates has seen the rows that judge, at six fits for each
learner instead of the sixteen that nesting cross-validation in cross-validation would take.
"""

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np

from perennial.uplift.arrays import Bools, Ints

FOLDS = 4


class Pair(NamedTuple):
    """The folds `fitted` on, and the folds `held` out."""

    fitted: tuple[int, int]
    held: tuple[int, int]


def draw_folds(treated: Bools, seed: int) -> Ints:
    """Each row's fold, 0 to 3, drawn so that all folds have the same share of treated rows."""
    random = np.random.default_rng([seed, 1])
    fold = np.empty(len(treated), dtype=np.int64)
    for arm in (treated, ~treated):
        (rows,) = np.nonzero(arm)
        fold[random.permutation(rows)] = np.arange(len(rows)) % FOLDS
    return fold


def pairs() -> Iterator[Pair]:
    """The six pairs to fit on."""
    for first, second in combinations(range(FOLDS), 2):
        others = [fold for fold in range(FOLDS) if fold not in {first, second}]
        yield Pair((first, second), (others[0], others[1]))
