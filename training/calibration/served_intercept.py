"""The level at which a version speaks on a day, by what came of the days before it."""

from datetime import date
from typing import Any

import psycopg

from perennial.database import Role, connect
from perennial.features import historical_features
from training.calibration.intercept_update import ENOUGH_ROWS, find_level, oldest_recent, recent_days
from training.data.dataset import LabelsMissingError, rows_of
from training.data.labels import Labels
from training.registry.logging_run import read_summary
from training.registry.versions import Loaded, require_version
from training.selection import predict
from training.specs import PredictionKind, Spec


def level_on(spec: Spec, model: Loaded, as_of: date) -> float | None:
    """Log odds to add to what the version says of customers as of the end of this day; None for a model of value.

    Zero where no horizon has closed of late. Above `ENOUGH_ROWS` rows of the newest day, a fixed sample of customers.
    Raises LabelsMissingError.
    """
    if spec.kind is PredictionKind.VALUE:
        return None
    labels = Labels(spec, as_of, is_of_newcomers=_learns_of_newcomers(spec, model))
    with connect(Role.READER) as connection:
        counts = _count_rows(connection, labels)
    days = recent_days(counts, as_of, spec.horizon_days)
    if not days:
        return 0.0
    share = min(1.0, 2 * ENOUGH_ROWS / sum(counts[day] for day in days))
    rows = rows_of(historical_features(labels.entity_sql(days, share), spec.feature_service), spec)
    return round(find_level(predict(spec.kind, model.estimator, rows), rows), 6)


def _learns_of_newcomers(spec: Spec, model: Loaded) -> bool:
    if not spec.is_about_newcomers:
        return False
    return bool(read_summary(require_version(spec.name, model.version).run_id).get("learns_of") == "newcomers")


def _count_rows(connection: psycopg.Connection[Any], labels: Labels) -> dict[date, int]:
    oldest = oldest_recent(labels.as_of, labels.spec.horizon_days)
    statement = (
        f"select snapshot_on, count(*) from ({labels.sql}) as usable where snapshot_on >= %s group by snapshot_on"
    )
    try:
        return {day: int(count) for day, count in connection.execute(statement, [oldest])}
    except psycopg.errors.UndefinedTable as error:
        raise LabelsMissingError(labels.spec) from error
