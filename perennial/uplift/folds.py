"""The folds of cross-fitting: every row is evaluated by models that have seen neither it nor its fold.

Four folds. A learner is fitted on each *pair* of folds and predicts the two others. Seen from one fold, held for
evaluation, the three pairs without it have predicted the three other folds: there learners are chosen and calibrated.
So nothing that fits, chooses or calibrates has seen the rows of evaluation, at six fits for each learner instead of the
sixteen of nested cross-validation.
"""

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np

from perennial.statistics import Bools, Ints

FOLDS = 4


class FoldPair(NamedTuple):
    """The folds `fitted` on, and the folds `held` out."""

    fitted: tuple[int, int]
    held: tuple[int, int]


def draw_folds(treated: Bools, seed: int) -> Ints:
    """Each row's fold (rows,), 0 to 3, stratified by `treated` (rows,): all folds have the same share of treated."""
    random = np.random.default_rng([seed, 1])
    fold = np.empty(len(treated), dtype=np.int64)
    for arm in (treated, ~treated):
        (rows,) = np.nonzero(arm)
        fold[random.permutation(rows)] = np.arange(len(rows)) % FOLDS
    return fold


def fold_pairs() -> Iterator[FoldPair]:
    """The six pairs to fit on."""
    for first, second in combinations(range(FOLDS), 2):
        others = [fold for fold in range(FOLDS) if fold not in {first, second}]
        yield FoldPair((first, second), (others[0], others[1]))
