"""Every candidate fitted on every pair of folds, the best of them chosen for each fold by the other folds alone."""

from dataclasses import dataclass

import numpy as np

from perennial.uplift.arrays import Bools, Floats, Ints
from perennial.uplift.effect_calibration import Calibration, calibrate
from perennial.uplift.folds import FOLDS, pairs
from perennial.uplift.learners import LEARNERS, Lesson
from perennial.uplift.nuisance import Foretold, doubly_robust, foretell


@dataclass(frozen=True)
class Fitted:
    """`said[learner][f]` (rows, FOLDS): what the learner that saw neither the row's fold nor fold f says; nan where
    both are the same. `waiting[learner][:, f]`: what those that have not seen fold f say of customers in no fold.
    """

    fold: Ints
    foretold: Foretold
    said: dict[str, Floats]
    waiting: dict[str, Floats]


@dataclass(frozen=True)
class Awaited:
    """Customers whose outcome is not known yet, as in `Judged`: the mean of what is said for each fold's rows.

    `rank` is their place among the customers of the trial.
    """

    rank: Floats
    uplift: Floats
    untreated: Floats


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
    awaited: Awaited


def cross_fit(
    design: Floats, treated: Bools, outcome: Floats, chance: Floats, fold: Ints, seed: int, waiting: Floats
) -> Judged:
    """All candidates fitted, the best chosen, every row judged by what has not seen its fold.

    `waiting` (customers, columns of `design`): customers whose outcome is not known yet, none of them needed.
    """
    fitted = _fit_all(design, treated, outcome, chance, fold, seed, waiting)
    rank, uplift, untreated, score = (np.empty(len(outcome)) for _ in range(4))
    awaited_rank, awaited_uplift = np.zeros(len(waiting)), np.zeros(len(waiting))
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
        heard = fitted.waiting[best][:, judging]
        awaited_rank += _places(heard, said) / FOLDS
        awaited_uplift += found[best].apply(heard, said) / FOLDS
    awaited = Awaited(awaited_rank, awaited_uplift, fitted.foretold.waiting - chance.mean() * awaited_uplift)
    every = {name: tuple(found[name] for found in calibrations) for name in LEARNERS}
    return Judged(rank, uplift, untreated, score, tuple(chosen), every, awaited)


def _fit_all(
    design: Floats, treated: Bools, outcome: Floats, chance: Floats, fold: Ints, seed: int, waiting: Floats
) -> Fitted:
    foretold = foretell(design, outcome, fold, seed, waiting)
    awaited = {name: np.zeros((len(waiting), FOLDS)) for name in LEARNERS}
    said = {name: np.full((len(outcome), FOLDS), np.nan) for name in LEARNERS}
    for pair in pairs():
        rows, (one, other) = np.isin(fold, pair.fitted), pair.held
        rest = (outcome - foretold.without(*pair.held))[rows]
        lesson = Lesson(design[rows], treated[rows], rest, chance[rows], seed)
        for name, fit in LEARNERS.items():
            predict = fit(lesson)
            for mine, theirs in ((one, other), (other, one)):
                said[name][fold == mine, theirs] = predict(design[fold == mine])
            if len(waiting):
                awaited[name][:, pair.held] += predict(waiting)[:, None] / (FOLDS - 1)
    return Fitted(fold, foretold, said, awaited)


def _calibrate_all(
    fitted: Fitted, treated: Bools, outcome: Floats, chance: Floats, judging: int
) -> dict[str, Calibration]:
    """Every learner on the rows of all folds but `judging`, each row foretold without its fold and without that one."""
    rows = fitted.fold != judging
    score = doubly_robust(outcome, treated, chance, fitted.foretold.without(judging))[rows]
    return {name: calibrate(said[rows, judging], score, fitted.fold[rows]) for name, said in fitted.said.items()}


def _places(heard: Floats, said: Floats) -> Floats:
    """From 0 to 1, where each would stand among those of whom `said` was said, the highest first; equals halfway."""
    ordered = np.sort(-said)
    places: Floats = (np.searchsorted(ordered, -heard, "left") + np.searchsorted(ordered, -heard, "right")) / 2
    return np.minimum(places / len(said), 1 - 0.5 / len(said))


def _ranks(said: Floats, random: np.random.Generator) -> Floats:
    """From 0 to 1, the highest first; equals in random order."""
    order = np.lexsort((random.random(len(said)), -said))
    ranks = np.empty(len(said))
    ranks[order] = (np.arange(len(said)) + 0.5) / len(said)
    return ranks
