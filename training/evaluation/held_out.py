"""Predict held-out days as they would have been served: each with the intercept update known by then."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

from perennial.statistics import Floats
from training.calibration.intercept_update import fit_intercept_update, recent_days, shift_log_odds
from training.data.dataset import Dataset
from training.data.rows import Rows
from training.estimators.candidates import Estimator
from training.selection import predict
from training.specs import PredictionKind, Spec


def predict_held_out(spec: Spec, estimator: Estimator, dataset: Dataset, days: Sequence[date]) -> Floats:
    """(rows of these test days,): the probability of the label, or the expected revenue, in the dataset's order."""
    if spec.kind is PredictionKind.VALUE:
        return predict(spec.kind, estimator, dataset.rows.during(days))
    known = dataset.rows.during(dataset.periods.after_the_fit)
    predicted, counts = predict(spec.kind, estimator, known), Counter(known.days)
    served = predicted.copy()
    for day in days:
        window = recent_days(counts, day, spec.horizon_days)
        shift = fit_intercept_update(predicted[_are_of(known, window)], known.during(window))
        today = known.days == day
        served[today] = shift_log_odds(predicted[today], shift)
    held_out: Floats = served[_are_of(known, days)]
    return held_out


def _are_of(rows: Rows, days: Sequence[date]) -> npt.NDArray[np.bool_]:
    return np.isin(rows.days, np.array(days, dtype=object))
