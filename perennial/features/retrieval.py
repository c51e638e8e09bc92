"""Read features: as of any past moments from the warehouse, or as they are now from the online store.

Both frames have the same columns of the same kinds: numbers are float64 (NaN for unknown), whole numbers Int64, yes and
no boolean, text object with None for unknown. Columns of `customer_features` keep their own names; those of a scores
view are called `<model>_<field>`, for example `churn_risk_probability`.
"""

import math
import warnings
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from perennial.as_of import NoEventsError, default_day, snapshot_at
from perennial.database import Role, connect
from perennial.features.queries import read_query
from perennial.features.registry import feature_store

if TYPE_CHECKING:
    from feast import FeatureService, FeatureStore

ONLINE_BATCH = 2_000
FEATURES_VIEW = "customer_features"
SCORES_SUFFIX = "_scores"
NULLABLE = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}


class FeaturesNotReadyError(RuntimeError):
    """The feature repository has not been applied yet; the message names the command that does."""


def historical_features(entity_sql: str, service: str) -> pd.DataFrame:
    """Features as they were known at each row's moment, ordered by customer and moment.

    `entity_sql` gives columns customer_id and event_timestamp (timestamptz) and any others, which are kept; a snapshot
    taken at the very moment counts as known. One row per row of `entity_sql`; its columns first, then the features of
    the feature service `service`. Raises FeaturesNotReadyError.
    """
    store = feature_store()
    wanted = _service(store, service)
    if (nobody := _without_rows(entity_sql)) is not None:
        return pd.concat([nobody, _to_frame(pa.schema(list(_columns(wanted).items())).empty_table())], axis="columns")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "pandas only supports SQLAlchemy")  # Feast gives pandas a plain connection
        job = store.get_historical_features(entity_sql, wanted, full_feature_names=True)
        query = job.to_sql()
    # Feast wrote the point-in-time join; running it here keeps the types, and memory within bounds.
    with connect(Role.READER) as connection:
        # A join over ranges of time on a table without statistics yet is planned as nested loops, and takes hours.
        connection.execute("set local enable_nestloop = off")
        table = read_query(connection, query)
    table = table.rename_columns([_plain_name(name) for name in table.column_names])
    features = _columns(wanted)
    frame = table.select([name for name in table.column_names if name not in features]).to_pandas()
    frame = pd.concat([frame, _to_frame(table.select(list(features)))], axis="columns")
    ordered: pd.DataFrame = frame.sort_values(["customer_id", "event_timestamp"], kind="stable", ignore_index=True)
    return ordered


def _without_rows(entity_sql: str) -> pd.DataFrame | None:
    """The frame of a query that gives no row, which Feast has no range of moments for; None where there are rows."""
    with connect(Role.READER) as connection:
        if connection.execute(f"select exists (select from ({entity_sql}) as entities)".encode()).fetchone() == (True,):
            return None
        frame: pd.DataFrame = read_query(connection, entity_sql).to_pandas()
    return frame


def online_features(customer_ids: Sequence[str], service: str, *, moment: datetime | None = None) -> pd.DataFrame:
    """The newest features of each customer, in the order given; all unknown for one who has none.

    What is older at `moment` (by default the end of the default day) than its view's time to live is unknown.
    Column `customer_id`, then the service's features. Raises FeaturesNotReadyError.
    """
    store = feature_store()
    wanted = _service(store, service)
    oldest = _oldest(store, wanted, moment or _default_moment())
    schema = pa.schema([("customer_id", pa.string()), *_columns(wanted).items()])
    batches = [
        _read_online(store, wanted, list(customer_ids[start : start + ONLINE_BATCH]), schema, oldest)
        for start in range(0, len(customer_ids), ONLINE_BATCH)
    ]
    return _to_frame(pa.Table.from_batches(batches, schema=schema))


def _service(store: "FeatureStore", name: str) -> "FeatureService":
    from feast.errors import FeatureServiceNotFoundException

    try:
        return store.get_feature_service(name, allow_cache=True)
    except FeatureServiceNotFoundException as error:
        raise FeaturesNotReadyError(
            f"There is no feature service '{name}' yet. `perennial run` registers the features and brings them online."
        ) from error


def _default_moment() -> datetime | None:
    try:
        return snapshot_at(default_day().as_of)
    except NoEventsError:
        return None


def _oldest(store: "FeatureStore", service: "FeatureService", moment: datetime | None) -> dict[str, float]:
    """By view, the earliest moment that may be served, in seconds; Feast does not enforce it when it reads online."""
    names = [projection.name for projection in service.feature_view_projections]
    times_to_live = {name: store.get_feature_view(name, allow_registry_cache=True).ttl for name in names}
    return {name: (moment - ttl).timestamp() for name, ttl in times_to_live.items() if ttl and moment}


def _read_online(
    store: "FeatureStore",
    service: "FeatureService",
    customer_ids: list[str],
    schema: pa.Schema,
    oldest: dict[str, float],
) -> pa.RecordBatch:
    answer = store.get_online_features(service, {"customer_id": customer_ids}, full_feature_names=True).proto
    values = {}
    for name, column in zip(answer.metadata.feature_names.val, answer.results, strict=True):
        limit = oldest.get(name.partition("__")[0], -math.inf)
        values[_plain_name(name)] = [
            _plain_value(value) if name == "customer_id" or moment.seconds >= limit else None
            for value, moment in zip(column.values, column.event_timestamps, strict=True)
        ]
    return pa.RecordBatch.from_arrays([pa.array(values[field.name], field.type) for field in schema], schema=schema)


def _plain_value(value: Any) -> Any:
    """What Feast's `Value` message holds; None for an unknown one."""
    kind = value.WhichOneof("val")
    return getattr(value, kind) if kind else None


def _columns(service: "FeatureService") -> dict[str, pa.DataType]:
    """The service's features under the names they have in a frame, and their types."""
    from feast.types import from_feast_to_pyarrow_type

    return {
        _plain_name(f"{projection.name}__{field.name}"): from_feast_to_pyarrow_type(field.dtype)
        for projection in service.feature_view_projections
        for field in projection.features
    }


def _plain_name(name: str) -> str:
    """`customer_features__recency_days` is `recency_days`; `churn_risk_scores__band` is `churn_risk_band`."""
    view, separator, field = name.partition("__")
    if not separator or not (view == FEATURES_VIEW or view.endswith(SCORES_SUFFIX)):
        return name
    return field if view == FEATURES_VIEW else f"{view.removesuffix(SCORES_SUFFIX)}_{field}"


def _to_frame(table: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = table.to_pandas(types_mapper=NULLABLE.get)
    return frame
