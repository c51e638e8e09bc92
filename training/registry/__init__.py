"""MLflow, and the record of every training attempt."""
