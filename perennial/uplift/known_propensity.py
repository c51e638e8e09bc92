"""The known propensity in the form in which EconML's learners take it: as a classifier."""

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

from perennial.statistics import Floats


class KnownPropensity(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Reads the probability of treatment from the last column, which EconML is handed as W."""

    def fit(self, design: Floats, treated: Any, sample_weight: Any = None) -> "KnownPropensity":
        """Learns nothing but that there are two classes."""
        del design, sample_weight
        self.classes_ = np.unique(treated)
        return self

    def predict_proba(self, design: Floats) -> Floats:
        """Of both classes, (rows, 2)."""
        propensity = design[:, -1]
        return np.column_stack([1 - propensity, propensity])

    def predict(self, design: Floats) -> Floats:
        """The likelier class, (rows,)."""
        return (design[:, -1] > 0.5).astype(np.float64)  # noqa: PLR2004 - one half
