"""The intercept update that a day's scores are served with, from the outcomes observed by the end of that day."""

from datetime import date
from typing import Any

import psycopg

from perennial.database import Role, connect
from perennial.features import historical_features
from training.calibration.intercept_update import ENOUGH_ROWS, fit_intercept_update, oldest_recent, recent_days
from training.data.dataset import LabelsMissingError
from training.data.labels import Labels
from training.data.rows import rows_from_frame
from training.estimators.candidates import Estimator
from training.estimators.fitting import predict
from training.specs import PredictionKind


def served_intercept(labels: Labels, estimator: Estimator) -> float | None:
    """Log odds to add to the probabilities of `estimator` at the end of the labels' day; None for a model of value.

    `labels`: of the population that the estimator was trained on. Zero when no horizon has closed recently. Above
    `ENOUGH_ROWS` rows of the newest day, from a fixed sample of the customers. Raises LabelsMissingError.
    """
    spec = labels.spec
    if spec.kind is PredictionKind.VALUE:
        return None
    with connect(Role.READER) as connection:
        counts = _count_rows(connection, labels)
    days = recent_days(counts, labels.as_of, spec.horizon_days)
    if not days:
        return 0.0
    share = min(1.0, 2 * ENOUGH_ROWS / sum(counts[day] for day in days))
    rows = rows_from_frame(historical_features(labels.entity_sql(days, share), spec.feature_service), spec)
    return round(fit_intercept_update(predict(spec.kind, estimator, rows), rows), 6)


def _count_rows(connection: psycopg.Connection[Any], labels: Labels) -> dict[date, int]:
    oldest = oldest_recent(labels.as_of, labels.spec.horizon_days)
    statement = (
        f"select snapshot_on, count(*) from ({labels.sql}) as usable where snapshot_on >= %s group by snapshot_on"
    )
    try:
        return {day: int(count) for day, count in connection.execute(statement, [oldest])}
    except psycopg.errors.UndefinedTable as error:
        raise LabelsMissingError(labels.spec) from error
