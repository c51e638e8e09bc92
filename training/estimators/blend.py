"""The mean of two classifiers' margins: a linear and a tree model err differently, and together less."""

from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin

from perennial.statistics import Floats


class MarginBlend(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Classifiers that are fitted on the same rows; their log odds are averaged, so that explanations average too."""

    def __init__(self, members: list[Any]) -> None:
        self.members = members

    @classmethod
    def of(cls, fitted: list[Any]) -> "MarginBlend":
        """The blend of members that are fitted already."""
        blend = cls(fitted)
        blend.classes_ = fitted[0].classes_
        return blend

    def fit(self, features: pd.DataFrame, target: Floats) -> "MarginBlend":
        for member in self.members:
            member.fit(features, target)
        self.classes_ = self.members[0].classes_
        return self

    def decision_function(self, features: pd.DataFrame) -> Floats:
        margins: Floats = np.mean([member.decision_function(features) for member in self.members], axis=0)
        return margins

    def predict_proba(self, features: pd.DataFrame) -> Floats:
        positive = expit(self.decision_function(features))
        return np.stack([1 - positive, positive], axis=1)

    def predict(self, features: pd.DataFrame) -> Floats:
        chosen: Floats = self.classes_[(self.decision_function(features) > 0).astype(int)]
        return chosen
