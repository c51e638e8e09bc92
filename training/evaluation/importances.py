"""Which features a model needs: the loss it gains on held-out rows when one feature's values are shuffled."""

import numpy as np

from perennial.stages import PredictionKind
from training.data.rows import Rows
from training.estimators.candidates import Estimator
from training.estimators.losses import row_losses
from training.selection import predict

MAX_ROWS = 1_500
SEED = 11


def permutation_importances(kind: PredictionKind, estimator: Estimator, rows: Rows) -> dict[str, float]:
    """Mean loss with the feature shuffled minus mean loss as it is, each feature; on at most `MAX_ROWS` rows."""
    generator = np.random.default_rng(SEED)
    sample = rows.sampled(MAX_ROWS, generator)
    usual = row_losses(kind, sample.actual, predict(kind, estimator, sample)).mean()
    found = {}
    for name in sample.features:
        kept = sample.features[name].copy()
        sample.features[name] = kept.to_numpy()[generator.permutation(len(kept))]
        found[str(name)] = float(row_losses(kind, sample.actual, predict(kind, estimator, sample)).mean() - usual)
        sample.features[name] = kept
    return found
