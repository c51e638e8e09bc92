"""Cross-fitting: every candidate fitted on every pair of folds, the best chosen for each fold by the other folds alone.

Chernozhukov, Chetverikov, Demirer, Duflo, Hansen, Newey & Robins 2018, Double/debiased machine learning for treatment
and structural parameters.
"""

from dataclasses import dataclass

import numpy as np

from perennial.statistics import Floats, Ints
from perennial.uplift.effect_calibration import EffectCalibration, calibrate
from perennial.uplift.folds import FOLDS, fold_pairs
from perennial.uplift.learners import CANDIDATES, TrainingSet
from perennial.uplift.nuisance import NuisancePredictions, doubly_robust_scores, predict_outcome
from perennial.uplift.source import TrialRows


@dataclass(frozen=True)
class CandidatePredictions:
    """`trial[name][:, f]` (rows, FOLDS): uplift predicted by the candidate that saw neither the row's fold nor fold f;
    nan where these are one. `pending[name][:, f]` (customers, FOLDS): the mean of the fits that have not seen fold f.
    """

    nuisance: NuisancePredictions
    trial: dict[str, Floats]
    pending: dict[str, Floats]


@dataclass(frozen=True)
class PendingPredictions:
    """Predictions for pending customers, as in `CrossFitResult`, averaged over folds; arrays are (customers,).

    `rank` is their place among the customers of the trial.
    """

    rank: Floats
    uplift: Floats
    untreated: Floats


@dataclass(frozen=True)
class CrossFitResult:
    """Out-of-fold predictions for every row, and the score that evaluates them; arrays are (rows,).

    `rank` runs from 0 (the most uplift) to 1 within the row's fold; `uplift` is calibrated, in units of the outcome;
    `untreated` is the predicted outcome without treatment; `scores` are doubly robust and alone use the row's outcome.
    `chosen` is the candidate of each fold, `calibrations` those of every candidate on the rows that chose, one for each
    fold.
    """

    rank: Floats
    uplift: Floats
    untreated: Floats
    scores: Floats
    chosen: tuple[str, ...]
    calibrations: dict[str, tuple[EffectCalibration, ...]]
    pending: PendingPredictions


def cross_fit(trial: TrialRows, design: Floats, fold: Ints, seed: int, pending: Floats) -> CrossFitResult:
    """All candidates fitted, the best chosen, every row predicted by models that have not seen its fold.

    `design` (rows, columns): the trial's features; `fold` (rows,); `pending` (customers, columns): the features of
    customers without an outcome yet, of which there may be none.
    """
    fitted = _fit_candidates(trial, design, fold, seed, pending)
    rank, uplift, untreated, scores = (np.empty(len(trial)) for _ in range(4))
    pending_rank, pending_uplift = np.zeros(len(pending)), np.zeros(len(pending))
    chosen, calibrations = [], [_calibrate_candidates(fitted, trial, fold, held) for held in range(FOLDS)]
    for held, found in enumerate(calibrations):
        best = max(found, key=lambda name: found[name].explained)
        rows = fold == held
        predicted = np.nanmean(fitted.trial[best][rows], axis=1)
        nuisance, propensity = fitted.nuisance.without(held)[rows], trial.propensity[rows]
        uplift[rows] = found[best].apply(predicted)
        rank[rows] = _ranks(predicted, np.random.default_rng([seed, 2, held]))
        untreated[rows] = nuisance - propensity * uplift[rows]
        scores[rows] = doubly_robust_scores(trial.outcome[rows], trial.treated[rows], propensity, nuisance)
        chosen.append(best)
        pending_predicted = fitted.pending[best][:, held]
        pending_rank += _places(pending_predicted, predicted) / FOLDS
        pending_uplift += found[best].apply(pending_predicted, predicted) / FOLDS
    pending_untreated = fitted.nuisance.pending - trial.propensity.mean() * pending_uplift
    every = {name: tuple(found[name] for found in calibrations) for name in CANDIDATES}
    pending_predictions = PendingPredictions(pending_rank, pending_uplift, pending_untreated)
    return CrossFitResult(rank, uplift, untreated, scores, tuple(chosen), every, pending_predictions)


def _fit_candidates(trial: TrialRows, design: Floats, fold: Ints, seed: int, pending: Floats) -> CandidatePredictions:
    nuisance = predict_outcome(design, trial.outcome, fold, seed, pending)
    by_pending = {name: np.zeros((len(pending), FOLDS)) for name in CANDIDATES}
    by_trial = {name: np.full((len(trial), FOLDS), np.nan) for name in CANDIDATES}
    for pair in fold_pairs():
        rows, (one, other) = np.isin(fold, pair.fitted), pair.held
        residual = (trial.outcome - nuisance.without(*pair.held))[rows]
        training = TrainingSet(design[rows], trial.treated[rows], residual, trial.propensity[rows], seed)
        for name, candidate in CANDIDATES.items():
            predict = candidate.fit(training)
            for mine, theirs in ((one, other), (other, one)):
                by_trial[name][fold == mine, theirs] = predict(design[fold == mine])
            if len(pending):
                by_pending[name][:, pair.held] += predict(pending)[:, None] / (FOLDS - 1)
    return CandidatePredictions(nuisance, by_trial, by_pending)


def _calibrate_candidates(
    fitted: CandidatePredictions, trial: TrialRows, fold: Ints, held: int
) -> dict[str, EffectCalibration]:
    """Every candidate on the rows of all folds but `held`, predicted without their own fold and without that one."""
    rows = fold != held
    nuisance = fitted.nuisance.without(held)
    scores = doubly_robust_scores(trial.outcome, trial.treated, trial.propensity, nuisance)[rows]
    return {name: calibrate(predicted[rows, held], scores, fold[rows]) for name, predicted in fitted.trial.items()}


def _places(predicted: Floats, reference: Floats) -> Floats:
    """From 0 to 1, where each would rank among the `reference` predictions, the highest first; ties halfway."""
    ordered = np.sort(-reference)
    places: Floats = (np.searchsorted(ordered, -predicted, "left") + np.searchsorted(ordered, -predicted, "right")) / 2
    return np.minimum(places / len(reference), 1 - 0.5 / len(reference))


def _ranks(predicted: Floats, random: np.random.Generator) -> Floats:
    """From 0 to 1, the highest first; ties in random order."""
    order = np.lexsort((random.random(len(predicted)), -predicted))
    ranks = np.empty(len(predicted))
    ranks[order] = (np.arange(len(predicted)) + 0.5) / len(predicted)
    return ranks
