"""Bring a snapshot's values into the online store, in batches, so that memory does not grow with the customers."""

import secrets
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import psycopg

from perennial.as_of import snapshot_at
from perennial.consent import PROFILING
from perennial.database import Role, connect
from perennial.features.queries import stream_query
from perennial.features.registry import feature_store
from perennial.features.retrieval import FEATURES_VIEW

if TYPE_CHECKING:
    from feast import FeatureStore, FeatureView


ROWS_AT_ONCE = 1_000


@dataclass(frozen=True)
class MaterializeReport:
    """How many rows of each view went online for a day, and how many of them left."""

    as_of: date
    rows: dict[str, int]
    removed: dict[str, int]
    seconds: float


def materialize(as_of: date, views: Collection[str] | None = None) -> MaterializeReport:
    """The online store holds, of `views` (all by default), every row of a profiled customer at the end of `as_of`.

    Older values are replaced, newer ones stay. What is older and was not replaced goes: scores of a day before, and
    every value of a customer who is no longer known or whose consent to profiling does not stand.
    Safe to repeat, and to run again after a kill: each customer's values of a view change together.
    Raises feast's FeatureViewNotFoundException when `apply_feature_repo` has not run.
    """
    started = time.monotonic()
    store = feature_store()
    rows, removed = {}, {}
    with connect(Role.READER) as connection:
        for view in store.list_feature_views():
            if views is None or view.name in views:
                rows[view.name], removed[view.name] = _materialize_view(connection, store, view, as_of)
    return MaterializeReport(as_of, rows, removed, time.monotonic() - started)


def _materialize_view(
    connection: psycopg.Connection[tuple[object, ...]], store: "FeatureStore", view: "FeatureView", as_of: date
) -> tuple[int, int]:
    online_store = store._get_provider().online_store  # noqa: SLF001  # Feast offers no public way to it
    moment, count, run = snapshot_at(as_of), 0, secrets.token_hex(4)
    connection.execute("set enable_nestloop = off")  # nobody can estimate who is profiled
    for batch in stream_query(connection, _snapshot_query(view, moment.isoformat())):
        for start in range(0, batch.num_rows, ROWS_AT_ONCE):
            online_store.write_snapshot(store.config, view, batch.slice(start, ROWS_AT_ONCE), run)
        count += batch.num_rows
    if count and (moment, moment) not in view.materialization_intervals:
        store.registry.apply_materialization(view, store.project, moment, moment)
    return count, _sweep(connection, store, view, moment, run)


def _sweep(
    connection: psycopg.Connection[tuple[object, ...]],
    store: "FeatureStore",
    view: "FeatureView",
    moment: datetime,
    run: str,
) -> int:
    """Rows that the run did not renew are gone, where the day has a snapshot of the view at all."""
    exists = f"select exists ({_source_query(view, moment.isoformat())})"
    if connection.execute(exists.encode()).fetchone() != (True,):
        return 0
    online_store = store._get_provider().online_store  # noqa: SLF001  # Feast offers no public way to it
    everywhere = [one.name for one in store.list_feature_views()] if view.name == FEATURES_VIEW else []
    return int(online_store.sweep(store.config, view, moment, run, everywhere))


def _source_query(view: "FeatureView", moment: str) -> str:
    source = view.batch_source
    timestamp = source.timestamp_field
    names = [column.name for column in view.entity_columns] + [field.name for field in view.features] + [timestamp]
    columns = ", ".join(f'"{name}"' for name in names)
    table = source.get_table_query_string()
    return f"select {columns} from {table} as snapshot where \"{timestamp}\" = '{moment}'"


def _snapshot_query(view: "FeatureView", moment: str) -> str:
    (join_key,) = view.join_keys
    profiled = f"select customer_id from consent.granted('{PROFILING}', '{moment}'::timestamptz)"
    return f'select * from ({_source_query(view, moment)}) as snapshot where "{join_key}" in ({profiled})'
