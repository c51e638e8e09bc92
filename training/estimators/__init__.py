"""What can be fitted: the candidates, the estimators that scikit-learn does not have, and the loss of each row."""
