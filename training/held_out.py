"""Predict held-out days as they would have been served: each at the level seen by then, and no later."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

import numpy as np

from perennial.resampling import Floats
from training.candidates import Estimator
from training.choose import predict
from training.dataset import Dataset
from training.level import at_level, find_level, recent_days
from training.specs import Kind, Spec


def predict_held_out(spec: Spec, estimator: Estimator, dataset: Dataset, days: Sequence[date]) -> Floats:
    """The probability of the label, or the expected revenue, of each of the dataset's rows of these test days."""
    rows = dataset.rows.during(days)
    predicted = predict(spec.kind, estimator, rows)
    if spec.kind is Kind.VALUE:
        return predicted
    known = dataset.rows.during(dataset.periods.after_the_fit)
    told, counts = predict(spec.kind, estimator, known), Counter(known.days)
    for day in days:
        window = recent_days(counts, day, spec.horizon_days)
        level = find_level(told[np.isin(known.days, np.array(window, dtype=object))], known.during(window))
        now = rows.days == day
        predicted[now] = at_level(predicted[now], level)
    return predicted
