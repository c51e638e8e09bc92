"""The nuisance model: the outcome predicted from the features alone, whatever the treatment, and the scores it gives.

Subtracting its predictions from the outcome leaves the same effect and less noise.
"""

import numpy as np

from perennial.statistics import Bools, Floats, Ints
from perennial.uplift.folds import FOLDS


class NuisancePredictions:
    """`by_fold[:, f]` (rows, FOLDS): the outcome predicted by a model fitted on fold f alone, unused in that fold.

    `fold` (rows,): each row's fold. `pending` (customers,): the mean of all models for customers in no fold.
    """

    def __init__(self, by_fold: Floats, fold: Ints, pending: Floats) -> None:
        self.by_fold = by_fold
        self.fold = fold
        self.pending = pending

    def without(self, *folds: int) -> Floats:
        """For each row (rows,) the mean of the models that have seen neither its own fold nor any of `folds`."""
        allowed = np.ones((len(self.fold), FOLDS), dtype=bool)
        allowed[np.arange(len(self.fold)), self.fold] = False
        allowed[:, list(folds)] = False
        weights = allowed / np.maximum(allowed.sum(axis=1, keepdims=True), 1)
        means: Floats = (self.by_fold * weights).sum(axis=1)
        return means


def predict_outcome(design: Floats, outcome: Floats, fold: Ints, seed: int, pending: Floats) -> NuisancePredictions:
    """One boosted model for each fold, and what it predicts elsewhere.

    `design` (rows, columns), `outcome` and `fold` (rows,); `pending` (customers, columns), the same columns of the
    customers that are in no fold.
    """
    from sklearn.ensemble import HistGradientBoostingRegressor

    by_fold, pending_by_fold = np.empty((len(outcome), FOLDS)), np.empty((len(pending), FOLDS))
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
        by_fold[:, number] = model.fit(design[rows], outcome[rows]).predict(design)
        if len(pending):
            pending_by_fold[:, number] = model.predict(pending)
    return NuisancePredictions(by_fold, fold, pending_by_fold.mean(axis=1))


def doubly_robust_scores(outcome: Floats, treated: Bools, propensity: Floats, predicted: Floats) -> Floats:
    """For each row (rows,) a number whose expectation, given the features, is the effect of the treatment there.

    All arguments are (rows,); `predicted` is the outcome predicted whatever the treatment. The augmented
    inverse-propensity score (Robins, Rotnitzky & Zhao 1994, Estimation of regression coefficients when some regressors
    are not always observed) with one prediction for both arms; where the propensities are known, its mean is unbiased
    however poor the predictions are.
    """
    scores: Floats = (treated - propensity) / (propensity * (1 - propensity)) * (outcome - predicted)
    return scores
