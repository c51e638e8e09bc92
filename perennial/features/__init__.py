"""The door to the feature store: Feast over the warehouse (offline) and Valkey (online).

Feast, pandas and pyarrow take seconds to import, so a door's module is loaded when the door is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from perennial.features.materialization import MaterializeReport, materialize
    from perennial.features.registry import ApplyReport, apply_feature_repo, close_feature_store, feature_store
    from perennial.features.retrieval import FeaturesNotReadyError, historical_features, online_features

__all__ = [
    "ApplyReport",
    "FeaturesNotReadyError",
    "MaterializeReport",
    "apply_feature_repo",
    "close_feature_store",
    "feature_store",
    "historical_features",
    "materialize",
    "online_features",
]

_MODULES = {
    "MaterializeReport": "materialization",
    "materialize": "materialization",
    "FeaturesNotReadyError": "retrieval",
    "historical_features": "retrieval",
    "online_features": "retrieval",
    "ApplyReport": "registry",
    "apply_feature_repo": "registry",
    "close_feature_store": "registry",
    "feature_store": "registry",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
