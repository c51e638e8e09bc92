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
from perennial.uplift.base_models import (
    KnownPropensity,
    boosted_trees,
    doubly_robust_settings,
    forest_settings,
    ridge,
)

Predict: TypeAlias = Callable[[Floats], Floats]


@dataclass(frozen=True)
class TrainingSet:
    """What a learner is fitted on: `design` (rows, columns), all else (rows,); `residual` is that of the outcome."""

    design: Floats
    treated: Bools
    residual: Floats
    propensity: Floats
    seed: int

    def __len__(self) -> int:
        return len(self.residual)

    @property
    def controls(self) -> Floats:
        """The propensity as EconML's W, (rows, 1)."""
        return self.propensity[:, None]


@dataclass(frozen=True)
class UpliftCandidate:
    """A learner: what it is called in full, and how it is fitted."""

    description: str
    fit: Callable[[TrainingSet], Predict]


def _t_linear(training: TrainingSet) -> Predict:
    from econml.metalearners import TLearner

    return _fit(TLearner(models=ridge()), training)


def _x_boosted(training: TrainingSet) -> Predict:
    from econml.metalearners import XLearner
    from sklearn.dummy import DummyClassifier

    # Its propensities only weight two estimates against each other, and it takes no W to read the known ones from.
    learner = XLearner(models=boosted_trees(len(training), training.seed), propensity_model=DummyClassifier())
    return _fit(learner, training)


def _dr_linear(training: TrainingSet) -> Predict:
    from econml.dr import DRLearner

    learner = DRLearner(model_final=ridge(), **doubly_robust_settings(training.seed))
    return _fit(learner, training, W=training.controls)


def _dr_boosted(training: TrainingSet) -> Predict:
    from econml.dr import DRLearner

    trees = boosted_trees(len(training), training.seed)
    learner = DRLearner(model_final=trees, **doubly_robust_settings(training.seed))
    return _fit(learner, training, W=training.controls)


def _dr_forest(training: TrainingSet) -> Predict:
    from econml.dr import ForestDRLearner

    forest = ForestDRLearner(**doubly_robust_settings(training.seed), **forest_settings(len(training)))
    return _fit(forest, training, W=training.controls)


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
        **forest_settings(len(training)),
    )
    return _fit(forest, training, W=training.controls)


CANDIDATES: dict[str, UpliftCandidate] = {
    "t_linear": UpliftCandidate("T-learner, ridge regressions", _t_linear),
    "dr_linear": UpliftCandidate("doubly robust learner, ridge regression", _dr_linear),
    "x_boosted": UpliftCandidate("X-learner, boosted trees", _x_boosted),
    "dr_boosted": UpliftCandidate("doubly robust learner, boosted trees", _dr_boosted),
    "dr_forest": UpliftCandidate("doubly robust forest", _dr_forest),
    "causal_forest": UpliftCandidate("causal forest", _causal_forest),
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
