"""Predict held-out days as they would have been served: each at the level seen by then, and no later."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

from perennial.statistics.bootstrap import Floats
from training.calibration.intercept_update import at_level, find_level, recent_days
from training.data.dataset import Dataset
from training.data.rows import Rows
from training.estimators.candidates import Estimator
from training.selection import predict
from training.specs import PredictionKind, Spec


def predict_held_out(spec: Spec, estimator: Estimator, dataset: Dataset, days: Sequence[date]) -> Floats:
    """The probability of the label, or the expected revenue, of each of the dataset's rows of these test days."""
    if spec.kind is PredictionKind.VALUE:
        return predict(spec.kind, estimator, dataset.rows.during(days))
    known = dataset.rows.during(dataset.periods.after_the_fit)
    told, counts = predict(spec.kind, estimator, known), Counter(known.days)
    served = told.copy()
    for day in days:
        window = recent_days(counts, day, spec.horizon_days)
        level = find_level(told[_are_of(known, window)], known.during(window))
        now = known.days == day
        served[now] = at_level(told[now], level)
    held_out: Floats = served[_are_of(known, days)]
    return held_out


def _are_of(rows: Rows, days: Sequence[date]) -> npt.NDArray[np.bool_]:
    return np.isin(rows.days, np.array(days, dtype=object))
