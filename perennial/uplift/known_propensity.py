"""The probability of treatment as EconML's learners ask for it: as a classifier."""

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

from perennial.uplift.arrays import Floats


class GivenChance(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """The probability of treatment is known: it is read from the last column, which EconML is handed as W."""

    def fit(self, design: Floats, treated: Any, sample_weight: Any = None) -> "GivenChance":
        """Nothing is learned but that there are two classes."""
        del design, sample_weight
        self.classes_ = np.unique(treated)
        return self

    def predict_proba(self, design: Floats) -> Floats:
        """Of both classes, (rows, 2)."""
        chance = design[:, -1]
        return np.column_stack([1 - chance, chance])

    def predict(self, design: Floats) -> Floats:
        """The likelier class."""
        return (design[:, -1] > 0.5).astype(np.float64)  # noqa: PLR2004 - one half
