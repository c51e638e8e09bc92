"""The candidates: EconML's meta-learners and forests, each a function that fits and gives back what foretells uplift.

All are given what is left of the outcome once the part that features foretell by themselves is taken away: the effect
is the same and the noise less. So their own models of the outcome need only know its mean.
"""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from perennial.uplift.arrays import Bools, Floats
from perennial.uplift.known_propensity import GivenChance

Predict: TypeAlias = Callable[[Floats], Floats]
TREES = 40
# More rows for each tree cost time and, honest splitting given, win next to nothing.
ROWS_PER_TREE = 4_000
PENALTIES = tuple(10.0**power for power in range(1, 7))


@dataclass(frozen=True)
class Lesson:
    """What a learner is fitted on; `rest` is the outcome less what features foretell."""

    design: Floats
    treated: Bools
    rest: Floats
    chance: Floats
    seed: int


def _t_linear(lesson: Lesson) -> Predict:
    from econml.metalearners import TLearner

    return _fit(TLearner(models=_straight()), lesson)


def _x_boosted(lesson: Lesson) -> Predict:
    from econml.metalearners import XLearner
    from sklearn.dummy import DummyClassifier

    # Its chances only weigh two estimates against each other, and it has no W to be told them by.
    return _fit(XLearner(models=_boosted(lesson), propensity_model=DummyClassifier()), lesson)


def _dr_linear(lesson: Lesson) -> Predict:
    from econml.dr import DRLearner

    return _fit(DRLearner(model_final=_straight(), **_doubly_robust(lesson)), lesson, W=lesson.chance[:, None])


def _dr_boosted(lesson: Lesson) -> Predict:
    from econml.dr import DRLearner

    return _fit(DRLearner(model_final=_boosted(lesson), **_doubly_robust(lesson)), lesson, W=lesson.chance[:, None])


def _dr_forest(lesson: Lesson) -> Predict:
    from econml.dr import ForestDRLearner

    return _fit(ForestDRLearner(**_doubly_robust(lesson), **_forest(lesson)), lesson, W=lesson.chance[:, None])


def _causal_forest(lesson: Lesson) -> Predict:
    from econml.dml import CausalForestDML
    from sklearn.dummy import DummyRegressor

    forest = CausalForestDML(
        model_y=DummyRegressor(),
        model_t=GivenChance(),
        discrete_treatment=True,
        cv=2,
        criterion="het",
        random_state=lesson.seed,
        **_forest(lesson),
    )
    return _fit(forest, lesson, W=lesson.chance[:, None])


LEARNERS: dict[str, Callable[[Lesson], Predict]] = {
    "t_linear": _t_linear,
    "dr_linear": _dr_linear,
    "x_boosted": _x_boosted,
    "dr_boosted": _dr_boosted,
    "dr_forest": _dr_forest,
    "causal_forest": _causal_forest,
}
WORDS = {
    "t_linear": "T-learner, ridge regressions",
    "dr_linear": "doubly robust learner, ridge regression",
    "x_boosted": "X-learner, boosted trees",
    "dr_boosted": "doubly robust learner, boosted trees",
    "dr_forest": "doubly robust forest",
    "causal_forest": "causal forest",
}


def _fit(learner: Any, lesson: Lesson, **controls: Floats) -> Predict:
    with _quiet():
        learner.fit(lesson.rest, lesson.treated.astype(np.int64), X=lesson.design, **controls)

    def predict(design: Floats) -> Floats:
        with _quiet():
            return np.asarray(learner.effect(design), dtype=np.float64).ravel()

    return predict


@contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        # EconML 0.17 calls scikit-learn in ways that its newer versions warn of; no caller can do anything about it.
        warnings.filterwarnings("ignore", category=FutureWarning, module=r"(econml|sklearn)\.")
        yield


def _straight() -> Any:
    from sklearn.linear_model import RidgeCV

    return RidgeCV(alphas=PENALTIES)


def _boosted(lesson: Lesson) -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(
        max_iter=40,
        learning_rate=0.05,
        max_leaf_nodes=6,
        min_samples_leaf=_leaf(lesson),
        early_stopping=False,
        random_state=lesson.seed,
    )


def _doubly_robust(lesson: Lesson) -> dict[str, Any]:
    from sklearn.dummy import DummyRegressor

    return {
        "model_propensity": GivenChance(),
        "model_regression": DummyRegressor(),
        "cv": 2,
        "min_propensity": 1e-6,
        "random_state": lesson.seed,
    }


def _forest(lesson: Lesson) -> dict[str, Any]:
    return {
        "n_estimators": TREES,
        "max_samples": min(0.45, ROWS_PER_TREE / len(lesson.rest)),
        "max_depth": 5,
        "min_samples_leaf": max(10, min(50, len(lesson.rest) // 100)),
        "n_jobs": 1,
    }


def _leaf(lesson: Lesson) -> int:
    return max(20, min(200, len(lesson.rest) // 50))
