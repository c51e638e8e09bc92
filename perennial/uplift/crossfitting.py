"""Every candidate fitted on every pair of folds, the best of them chosen for each fold by the other folds alone."""

from dataclasses import dataclass

import numpy as np

from perennial.uplift.arrays import Bools, Floats, Ints
from perennial.uplift.choosing import Calibration, calibrate
from perennial.uplift.folds import FOLDS, pairs
from perennial.uplift.foretelling import Foretold, doubly_robust, foretell
from perennial.uplift.learners import LEARNERS, Lesson


@dataclass(frozen=True)
class Fitted:
    """`said[learner][f]` (rows, FOLDS): what the learner that saw neither the row's fold nor fold f says; nan where
    both are the same.
    """

    fold: Ints
    foretold: Foretold
    said: dict[str, Floats]


@dataclass(frozen=True)
class Judged:
    """What is known of every row without having looked at its outcome, beside the score that does.

    `rank` runs from 0 (the most uplift) to 1 within the row's fold; `uplift` is calibrated, in units of the outcome;
    `untreated` is the outcome foretold without treatment; `score` is the doubly robust score.
    `chosen` is the learner of each fold, `calibrations` every learner's on the rows that chose, one for each fold.
    """

    rank: Floats
    uplift: Floats
    untreated: Floats
    score: Floats
    chosen: tuple[str, ...]
    calibrations: dict[str, tuple[Calibration, ...]]


def cross_fit(design: Floats, treated: Bools, outcome: Floats, chance: Floats, fold: Ints, seed: int) -> Judged:
    """All candidates fitted, the best chosen, every row judged by what has not seen its fold."""
    fitted = _fit_all(design, treated, outcome, chance, fold, seed)
    rank, uplift, untreated, score = (np.empty(len(outcome)) for _ in range(4))
    chosen, calibrations = [], [_calibrate_all(fitted, treated, outcome, chance, judging) for judging in range(FOLDS)]
    for judging, found in enumerate(calibrations):
        best = max(found, key=lambda name: found[name].explained)
        rows = fold == judging
        said = np.nanmean(fitted.said[best][rows], axis=1)
        foretold = fitted.foretold.without(judging)[rows]
        uplift[rows] = found[best].apply(said)
        rank[rows] = _ranks(said, np.random.default_rng([seed, 2, judging]))
        untreated[rows] = foretold - chance[rows] * uplift[rows]
        score[rows] = doubly_robust(outcome[rows], treated[rows], chance[rows], foretold)
        chosen.append(best)
    every = {name: tuple(found[name] for found in calibrations) for name in LEARNERS}
    return Judged(rank, uplift, untreated, score, tuple(chosen), every)


def _fit_all(design: Floats, treated: Bools, outcome: Floats, chance: Floats, fold: Ints, seed: int) -> Fitted:
    foretold = foretell(design, outcome, fold, seed)
    said = {name: np.full((len(outcome), FOLDS), np.nan) for name in LEARNERS}
    for pair in pairs():
        rows, (one, other) = np.isin(fold, pair.fitted), pair.held
        rest = (outcome - foretold.without(*pair.held))[rows]
        lesson = Lesson(design[rows], treated[rows], rest, chance[rows], seed)
        for name, fit in LEARNERS.items():
            predict = fit(lesson)
            for mine, theirs in ((one, other), (other, one)):
                said[name][fold == mine, theirs] = predict(design[fold == mine])
    return Fitted(fold, foretold, said)


def _calibrate_all(
    fitted: Fitted, treated: Bools, outcome: Floats, chance: Floats, judging: int
) -> dict[str, Calibration]:
    """Every learner on the rows of all folds but `judging`, each row foretold without its fold and without that one."""
    rows = fitted.fold != judging
    score = doubly_robust(outcome, treated, chance, fitted.foretold.without(judging))[rows]
    return {name: calibrate(said[rows, judging], score, fitted.fold[rows]) for name, said in fitted.said.items()}


def _ranks(said: Floats, random: np.random.Generator) -> Floats:
    """From 0 to 1, the highest first; equals in random order."""
    order = np.lexsort((random.random(len(said)), -said))
    ranks = np.empty(len(said))
    ranks[order] = (np.arange(len(said)) + 0.5) / len(said)
    return ranks
