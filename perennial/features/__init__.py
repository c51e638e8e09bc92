"""The door to the feature store: Feast over the warehouse (offline) and Valkey (online).

Feast itself takes seconds to import, so every door imports it when called.
"""

from perennial.features.loading import MaterializeReport, materialize
from perennial.features.reading import historical_features, online_features
from perennial.features.registry import ApplyReport, apply_feature_repo, feature_store

__all__ = [
    "ApplyReport",
    "MaterializeReport",
    "apply_feature_repo",
    "feature_store",
    "historical_features",
    "materialize",
    "online_features",
]
