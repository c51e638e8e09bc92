"""What is known of a customer as of a moment: the features that the dbt contract marks, and each model's scores."""

from datetime import timedelta

from entities import customer
from feast import FeatureView, Field
from feast.infra.offline_stores.contrib.postgres_offline_store.postgres_source import PostgreSQLSource
from feast.types import Bool, Float64, Int64, String

from perennial.features import FeatureColumn, ValueKind, read_contract
from perennial.models import load_models
from perennial.stages import PredictionKind
from perennial.tables import MARTS_CUSTOMER_FEATURES, PREDICTIONS_SCORES

FEAST_TYPES = {
    ValueKind.NUMBER: Float64,
    ValueKind.INTEGER: Int64,
    ValueKind.BOOLEAN: Bool,
    ValueKind.TEXT: String,
}
KEY = Field(name="customer_id", dtype=String, description="Who the row describes.")
# Every customer has a row at each weekly snapshot, so the newest one known is never older. Without this bound, the
# point-in-time join pairs each row asked for with every earlier snapshot; and online, values would never be too old.
ONE_WEEK = timedelta(days=7)


def _field(column: FeatureColumn) -> Field:
    return Field(name=column.name, dtype=FEAST_TYPES[column.kind], description=column.description)


def _scores_view(model: str, kind: PredictionKind) -> FeatureView:
    amounts = [Field(name="value", dtype=Float64, description=f"What {model} predicts, as an amount.")]
    if kind is PredictionKind.VALUE:
        amounts.append(Field(name="expected_orders", dtype=Float64, description="Orders expected within the horizon."))
    columns = ", ".join(["customer_id", "as_of_at", "probability", "percentile", "band", *(a.name for a in amounts)])
    return FeatureView(
        name=f"{model}_scores",
        entities=[customer],
        ttl=ONE_WEEK,
        schema=[
            KEY,
            Field(name="probability", dtype=Float64, description=f"What {model} predicts, calibrated."),
            *amounts,
            Field(name="percentile", dtype=Float64, description="Share of those scored together who rank below."),
            Field(name="band", dtype=String, description="low, medium or high."),
        ],
        source=PostgreSQLSource(
            name=f"{model}_scores",
            query=f"select {columns} from {PREDICTIONS_SCORES} where model = '{model}'",
            timestamp_field="as_of_at",
        ),
        description=f"The scores that the champion of {model} gave. One row per customer and day scored.",
    )


contract = read_contract()

customer_features = FeatureView(
    name="customer_features",
    entities=[customer],
    ttl=ONE_WEEK,
    schema=[KEY, *(_field(column) for column in contract.features)],
    source=PostgreSQLSource(name="customer_features", table=MARTS_CUSTOMER_FEATURES, timestamp_field="snapshot_at"),
    description=contract.description,
)

scores_views = {name: _scores_view(name, label.kind) for name, label in load_models().items()}

# Feast finds what it registers as attributes of the module, not inside a dict.
for _view in scores_views.values():
    globals()[_view.name] = _view
