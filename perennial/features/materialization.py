"""Bring a snapshot's values into the online store, in batches, so that memory does not grow with the customers."""

import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import psycopg

from perennial.as_of import snapshot_at
from perennial.database import Role, connect
from perennial.features.queries import stream_query
from perennial.features.registry import feature_store

if TYPE_CHECKING:
    from feast import FeatureStore, FeatureView


ROWS_AT_ONCE = 1_000


@dataclass(frozen=True)
class MaterializeReport:
    """How many rows of each view went online for a day."""

    as_of: date
    rows: dict[str, int]
    seconds: float


def materialize(as_of: date, views: Collection[str] | None = None) -> MaterializeReport:
    """The online store holds, of `views` (all by default), every row whose moment is the end of `as_of`.

    Older values are replaced, newer ones stay. Safe to repeat, and to run again after a kill: each customer's values
    of a view change together. Raises feast's FeatureViewNotFoundException when `apply_feature_repo` has not run.
    """
    started = time.monotonic()
    store = feature_store()
    rows = {}
    with connect(Role.READER) as connection:
        for view in store.list_feature_views():
            if views is None or view.name in views:
                rows[view.name] = _materialize_view(connection, store, view, as_of)
    return MaterializeReport(as_of, rows, time.monotonic() - started)


def _materialize_view(
    connection: psycopg.Connection[tuple[object, ...]], store: "FeatureStore", view: "FeatureView", as_of: date
) -> int:
    online_store = store._get_provider().online_store  # noqa: SLF001  # Feast offers no public way to it
    moment, count = snapshot_at(as_of), 0
    for batch in stream_query(connection, _snapshot_query(view, moment.isoformat())):
        for start in range(0, batch.num_rows, ROWS_AT_ONCE):
            online_store.write_snapshot(store.config, view, batch.slice(start, ROWS_AT_ONCE))
        count += batch.num_rows
    if count and (moment, moment) not in view.materialization_intervals:
        store.registry.apply_materialization(view, store.project, moment, moment)
    return count


def _snapshot_query(view: "FeatureView", moment: str) -> str:
    source = view.batch_source
    timestamp = source.timestamp_field
    names = [column.name for column in view.entity_columns] + [field.name for field in view.features] + [timestamp]
    columns = ", ".join(f'"{name}"' for name in names)
    table = source.get_table_query_string()
    return f"select {columns} from {table} as snapshot where \"{timestamp}\" = '{moment}'"
