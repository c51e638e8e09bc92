"""What can be fitted: the candidates, and the models that scikit-learn does not have."""
