"""The rows a model learns from: labels, features as known at the moment, and periods in time order."""
