"""Select a candidate out of sample in time, inside the fit period."""

from dataclasses import dataclass

import numpy as np

from perennial.statistics import Floats
from training.data.dataset import Dataset
from training.data.periods import later_folds
from training.data.rows import Rows
from training.estimators.candidates import CANDIDATES
from training.estimators.fitting import fit_candidates, predict
from training.estimators.losses import row_losses
from training.specs import Spec

MAX_ROWS = 20_000
SEED = 5


@dataclass(frozen=True)
class Choice:
    """The best candidate, and the mean loss of each on the later folds: empty where the fit period is too short."""

    candidate: str
    validation_losses: dict[str, float]


def choose(dataset: Dataset) -> Choice:
    """The candidate with the lowest mean loss on later folds of the fit period, each fitted on at most `MAX_ROWS` rows.

    Folds on which nothing can be fitted (all outcomes alike), and candidates that cannot be fitted on each other fold,
    are left out. No fold left: the candidate that needs no labels if there is one, else the baseline.
    """
    spec, rows = dataset.spec, dataset.rows
    folds = later_folds(dataset.periods.fit, spec.horizon_days)
    generator = np.random.default_rng(SEED)
    tried = [
        _fold_losses(spec, rows.during(earlier).sampled(MAX_ROWS, generator), rows.during(later))
        for earlier, later in folds
    ]
    losses = [fold for fold in tried if fold]
    usable = [name for name in spec.candidates if all(name in fold for fold in losses)]
    if not losses or not usable:
        label_free = (name for name in spec.candidates if CANDIDATES[name].is_label_free)
        return Choice(next(label_free, spec.baseline), {})
    means = {name: float(np.concatenate([fold[name] for fold in losses]).mean()) for name in usable}
    return Choice(min(means, key=lambda name: means[name]), means)


def _fold_losses(spec: Spec, earlier: Rows, later: Rows) -> dict[str, Floats]:
    """The loss of each later row, by the candidate fitted on the earlier rows."""
    fitted = fit_candidates(spec, earlier)
    return {
        name: row_losses(spec.kind, later.actual, predict(spec.kind, estimator, later))
        for name, estimator in fitted.items()
    }
