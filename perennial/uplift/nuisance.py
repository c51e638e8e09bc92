"""What features foretell of the outcome by themselves, whatever the treatment: taken away before uplift is learned."""

import numpy as np

from perennial.uplift.arrays import Bools, Floats, Ints
from perennial.uplift.folds import FOLDS


class Foretold:
    """`by[:, f]`: the outcome that a model fitted on fold f alone foretells; nobody asks it of the fold's own rows.

    `waiting`: what all of them together foretell of customers who are in no fold.
    """

    def __init__(self, by: Floats, fold: Ints, waiting: Floats) -> None:
        self.by = by
        self.fold = fold
        self.waiting = waiting

    def without(self, *unseen: int) -> Floats:
        """For each row the mean of the models that have seen neither its own fold nor those in `unseen`."""
        allowed = np.ones((len(self.fold), FOLDS), dtype=bool)
        allowed[np.arange(len(self.fold)), self.fold] = False
        allowed[:, list(unseen)] = False
        weights = allowed / np.maximum(allowed.sum(axis=1, keepdims=True), 1)
        means: Floats = (self.by * weights).sum(axis=1)
        return means


def foretell(design: Floats, outcome: Floats, fold: Ints, seed: int, waiting: Floats) -> Foretold:
    """One boosted model for each fold; `waiting` (customers, columns) is the design of those who are in none."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    by, by_waiting = np.empty((len(outcome), FOLDS)), np.empty((len(waiting), FOLDS))
    for number in range(FOLDS):
        rows = fold == number
        model = HistGradientBoostingRegressor(
            max_iter=80,
            learning_rate=0.06,
            max_leaf_nodes=15,
            min_samples_leaf=max(20, int(rows.sum() / 400)),
            early_stopping=False,
            random_state=seed,
        )
        by[:, number] = model.fit(design[rows], outcome[rows]).predict(design)
        if len(waiting):
            by_waiting[:, number] = model.predict(waiting)
    return Foretold(by, fold, by_waiting.mean(axis=1))


def doubly_robust(outcome: Floats, treated: Bools, chance: Floats, foretold: Floats) -> Floats:
    """For each row a number whose expectation, given the features, is the effect of the treatment there.

    The augmented inverse-propensity score (Robins, Rotnitzky & Zhao 1994) with the outcome foretold whatever the
    treatment; where the chances are known its mean is right however badly the outcome is foretold.
    """
    scores: Floats = (treated - chance) / (chance * (1 - chance)) * (outcome - foretold)
    return scores
