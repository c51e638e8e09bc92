"""Means of scores with intervals. The scores of different customers are independent, so these are those of a mean."""

import numpy as np

from perennial.uplift.arrays import Floats
from perennial.uplift.results import Estimate

CONFIDENCE = 0.95


def mean(values: Floats) -> Estimate:
    """The mean with Student's interval; infinitely wide for fewer than two values."""
    from scipy.stats import t

    count = len(values)
    if count < 2:  # noqa: PLR2004 - a spread takes two
        return Estimate(float(values.mean()) if count else float("nan"), -np.inf, np.inf)
    centre, error = float(values.mean()), float(values.std(ddof=1) / np.sqrt(count))
    reach = float(t.ppf((1 + CONFIDENCE) / 2, count - 1)) * error
    return Estimate(centre, centre - reach, centre + reach)
