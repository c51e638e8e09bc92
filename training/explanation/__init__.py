"""Contributions of features to a prediction, as Shapley values and in words."""
