"""Permutation importance: how much the held-out loss grows when one feature's values are shuffled (Breiman 2001)."""

import numpy as np

from perennial.stages import PredictionKind
from training.data.rows import Rows
from training.estimators.candidates import Estimator
from training.estimators.fitting import predict
from training.estimators.losses import row_losses

MAX_ROWS = 1_500
SEED = 11


def permutation_importances(kind: PredictionKind, estimator: Estimator, rows: Rows) -> dict[str, float]:
    """For each feature the mean loss with it shuffled minus the mean loss as it is, on at most `MAX_ROWS` rows."""
    generator = np.random.default_rng(SEED)
    sample = rows.sampled(MAX_ROWS, generator)
    usual = row_losses(kind, sample.actual, predict(kind, estimator, sample)).mean()
    importances = {}
    for name in sample.features:
        kept = sample.features[name].copy()
        sample.features[name] = kept.to_numpy()[generator.permutation(len(kept))]
        importances[str(name)] = float(row_losses(kind, sample.actual, predict(kind, estimator, sample)).mean() - usual)
        sample.features[name] = kept
    return importances
