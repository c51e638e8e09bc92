"""The feature store: Feast over the warehouse (offline) and Valkey (online), and the dbt contract it is built from.

Feast, pandas and pyarrow take seconds to import: each public name is imported when it is first asked for.
"""

from typing import TYPE_CHECKING

from perennial.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from perennial.features.contract import Contract, FeatureColumn, ValueKind, read_contract
    from perennial.features.materialization import MaterializeReport, materialize
    from perennial.features.queries import describe_query, read_query
    from perennial.features.registry import ApplyReport, apply_feature_repo, close_feature_store, feature_store
    from perennial.features.retrieval import FeaturesNotReadyError, historical_features, online_features

__all__ = [
    "ApplyReport",
    "Contract",
    "FeatureColumn",
    "FeaturesNotReadyError",
    "MaterializeReport",
    "ValueKind",
    "apply_feature_repo",
    "close_feature_store",
    "describe_query",
    "feature_store",
    "historical_features",
    "materialize",
    "online_features",
    "read_contract",
    "read_query",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "contract": ("Contract", "FeatureColumn", "ValueKind", "read_contract"),
        "materialization": ("MaterializeReport", "materialize"),
        "queries": ("describe_query", "read_query"),
        "registry": ("ApplyReport", "apply_feature_repo", "close_feature_store", "feature_store"),
        "retrieval": ("FeaturesNotReadyError", "historical_features", "online_features"),
    },
)
