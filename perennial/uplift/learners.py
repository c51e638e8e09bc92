"""The candidates: EconML's meta-learners and forests, each a function that fits and returns a predictor of uplift.

All are fitted on the residuals of the outcome, from which the nuisance predictions have been subtracted: the effect is
the same and the noise less. So their own models of the outcome need only be its mean.
"""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from perennial.statistics import Bools, Floats
from perennial.uplift.known_propensity import KnownPropensity

Predict: TypeAlias = Callable[[Floats], Floats]
TREES = 40
# More rows for each tree cost time and, with honest splitting, gain next to nothing.
ROWS_PER_TREE = 4_000
PENALTIES = tuple(10.0**power for power in range(1, 7))


@dataclass(frozen=True)
class TrainingSet:
    """What a learner is fitted on: `design` (rows, columns), all else (rows,); `residual` is that of the outcome."""

    design: Floats
    treated: Bools
    residual: Floats
    propensity: Floats
    seed: int

    @property
    def controls(self) -> Floats:
        """The propensity as EconML's W, (rows, 1)."""
        return self.propensity[:, None]


@dataclass(frozen=True)
class Candidate:
    """A learner: what it is called in full, and how it is fitted."""

    description: str
    fit: Callable[[TrainingSet], Predict]


def _t_linear(training: TrainingSet) -> Predict:
    from econml.metalearners import TLearner

    return _fit(TLearner(models=_ridge()), training)


def _x_boosted(training: TrainingSet) -> Predict:
    from econml.metalearners import XLearner
    from sklearn.dummy import DummyClassifier

    # Its propensities only weight two estimates against each other, and it takes no W to read the known ones from.
    return _fit(XLearner(models=_boosted(training), propensity_model=DummyClassifier()), training)


def _dr_linear(training: TrainingSet) -> Predict:
    from econml.dr import DRLearner

    return _fit(DRLearner(model_final=_ridge(), **_doubly_robust(training)), training, W=training.controls)


def _dr_boosted(training: TrainingSet) -> Predict:
    from econml.dr import DRLearner

    return _fit(DRLearner(model_final=_boosted(training), **_doubly_robust(training)), training, W=training.controls)


def _dr_forest(training: TrainingSet) -> Predict:
    from econml.dr import ForestDRLearner

    return _fit(ForestDRLearner(**_doubly_robust(training), **_forest(training)), training, W=training.controls)


def _causal_forest(training: TrainingSet) -> Predict:
    from econml.dml import CausalForestDML
    from sklearn.dummy import DummyRegressor

    forest = CausalForestDML(
        model_y=DummyRegressor(),
        model_t=KnownPropensity(),
        discrete_treatment=True,
        cv=2,
        criterion="het",
        random_state=training.seed,
        **_forest(training),
    )
    return _fit(forest, training, W=training.controls)


CANDIDATES: dict[str, Candidate] = {
    "t_linear": Candidate("T-learner, ridge regressions", _t_linear),
    "dr_linear": Candidate("doubly robust learner, ridge regression", _dr_linear),
    "x_boosted": Candidate("X-learner, boosted trees", _x_boosted),
    "dr_boosted": Candidate("doubly robust learner, boosted trees", _dr_boosted),
    "dr_forest": Candidate("doubly robust forest", _dr_forest),
    "causal_forest": Candidate("causal forest", _causal_forest),
}


def _fit(learner: Any, training: TrainingSet, **controls: Floats) -> Predict:
    with _without_future_warnings():
        learner.fit(training.residual, training.treated.astype(np.int64), X=training.design, **controls)

    def predict(design: Floats) -> Floats:
        with _without_future_warnings():
            return np.asarray(learner.effect(design), dtype=np.float64).ravel()

    return predict


@contextmanager
def _without_future_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        # EconML 0.17 calls scikit-learn in ways that its newer versions warn of; no caller can do anything about it.
        warnings.filterwarnings("ignore", category=FutureWarning, module=r"(econml|sklearn)\.")
        yield


def _ridge() -> Any:
    from sklearn.linear_model import RidgeCV

    return RidgeCV(alphas=PENALTIES)


def _boosted(training: TrainingSet) -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(
        max_iter=40,
        learning_rate=0.05,
        max_leaf_nodes=6,
        min_samples_leaf=max(20, min(200, len(training.residual) // 50)),
        early_stopping=False,
        random_state=training.seed,
    )


def _doubly_robust(training: TrainingSet) -> dict[str, Any]:
    from sklearn.dummy import DummyRegressor

    return {
        "model_propensity": KnownPropensity(),
        "model_regression": DummyRegressor(),
        "cv": 2,
        "min_propensity": 1e-6,
        "random_state": training.seed,
    }


def _forest(training: TrainingSet) -> dict[str, Any]:
    return {
        "n_estimators": TREES,
        "max_samples": min(0.45, ROWS_PER_TREE / len(training.residual)),
        "max_depth": 5,
        "min_samples_leaf": max(10, min(50, len(training.residual) // 100)),
        "n_jobs": 1,
    }
