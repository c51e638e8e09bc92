"""The intercept update that a day's scores are served with, from the outcomes observed by the end of that day."""

from datetime import date
from typing import Any

import psycopg

from perennial.database import Role, connect
from perennial.features import historical_features
from training.calibration.intercept_update import ENOUGH_ROWS, fit_intercept_update, oldest_recent, recent_days
from training.data.dataset import LabelsMissingError, rows_of
from training.data.labels import Labels
from training.registry.logging_run import read_summary
from training.registry.versions import Loaded, require_version
from training.selection import predict
from training.specs import PredictionKind, Spec


def served_intercept(spec: Spec, model: Loaded, as_of: date) -> float | None:
    """Log odds to add to the version's probabilities as of the end of this day; None for a model of value.

    Zero when no horizon has closed recently. Above `ENOUGH_ROWS` rows of the newest day, from a fixed sample of the
    customers. Raises LabelsMissingError.
    """
    if spec.kind is PredictionKind.VALUE:
        return None
    labels = Labels(spec, as_of, is_of_newcomers=_is_trained_on_newcomers(spec, model))
    with connect(Role.READER) as connection:
        counts = _count_rows(connection, labels)
    days = recent_days(counts, as_of, spec.horizon_days)
    if not days:
        return 0.0
    share = min(1.0, 2 * ENOUGH_ROWS / sum(counts[day] for day in days))
    rows = rows_of(historical_features(labels.entity_sql(days, share), spec.feature_service), spec)
    return round(fit_intercept_update(predict(spec.kind, model.estimator, rows), rows), 6)


def _is_trained_on_newcomers(spec: Spec, model: Loaded) -> bool:
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
