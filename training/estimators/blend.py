"""The mean of several classifiers' log odds: a linear and a tree model make different errors, which partly cancel."""

from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin

from perennial.statistics import Floats


class MarginBlend(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Classifiers fitted on the same rows; their log odds are averaged, and so are their Shapley values."""

    def __init__(self, members: list[Any]) -> None:
        self.members = members

    @classmethod
    def of(cls, fitted: list[Any]) -> "MarginBlend":
        """The blend of classifiers that are fitted already."""
        blend = cls(fitted)
        blend.classes_ = fitted[0].classes_
        return blend

    def fit(self, features: pd.DataFrame, target: Floats) -> "MarginBlend":
        """Every member fitted on `features` (rows, features) and `target` (rows,) of 0 and 1."""
        for member in self.members:
            member.fit(features, target)
        self.classes_ = self.members[0].classes_
        return self

    def decision_function(self, features: pd.DataFrame) -> Floats:
        """(rows,): the mean log odds of the label."""
        margins: Floats = np.mean([member.decision_function(features) for member in self.members], axis=0)
        return margins

    def predict_proba(self, features: pd.DataFrame) -> Floats:
        """(rows, 2): the probabilities of both classes."""
        positive = expit(self.decision_function(features))
        return np.stack([1 - positive, positive], axis=1)

    def predict(self, features: pd.DataFrame) -> Floats:
        """(rows,): the more probable class."""
        chosen: Floats = self.classes_[(self.decision_function(features) > 0).astype(int)]
        return chosen
