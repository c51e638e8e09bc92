"""The dataset of a training: labels of consenting customers, with features as known at each row's time."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg

from perennial.as_of import snapshot_at
from perennial.consent import TRAINING
from perennial.database import Role, connect
from perennial.features import historical_features
from perennial.lifecycle import load_lifecycle
from perennial.stages import Stage
from perennial.tables import MARTS_CUSTOMER_STAGES, marts_label
from training.data.digest import digest_of
from training.data.labels import Labels
from training.data.periods import SHARES, Periods, plan_periods
from training.data.rows import Rows, rows_from_frame
from training.data.shortages import why_no_periods, why_outcomes
from training.specs import Spec

MAX_ROWS = 200_000
Connection = psycopg.Connection[tuple[Any, ...]]


class NotEnoughDataError(RuntimeError):
    """There is too little data to train and evaluate a model; the message says what is missing."""


class LabelsMissingError(RuntimeError):
    """The warehouse has no labels of this model; the message names the fix."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(f"{marts_label(spec.name)} is missing. Build the marts: `perennial run`.")


@dataclass(frozen=True)
class Dataset:
    """Rows of all periods, the labels they come from, and the digest of everything that the model depends on."""

    labels: Labels
    rows: Rows
    periods: Periods
    digest: str

    @property
    def spec(self) -> Spec:
        """The model that the labels are of."""
        return self.labels.spec

    @property
    def as_of(self) -> date:
        """The day at whose end the data was known."""
        return self.labels.as_of


def load_dataset(spec: Spec, as_of: date) -> Dataset:
    """Labelled rows whose whole horizon lies before the end of `as_of`, with features as known at each row's time.

    Only customers whose consent to training holds at the end of `as_of`. Above `MAX_ROWS` a fixed sample of customers.
    Raises NotEnoughDataError when any period lacks either outcome, LabelsMissingError without marts.
    """
    spec = spec.in_force()
    with connect(Role.READER) as connection:
        try:
            labels, periods = _choose_labels(connection, spec, as_of)
        except psycopg.errors.UndefinedTable as error:
            raise LabelsMissingError(spec) from error
        share = _sample_share(connection, labels, periods)
    frame = historical_features(labels.entity_sql(periods.days, share), spec.feature_service)
    rows = rows_from_frame(frame, spec)
    return Dataset(labels, rows, periods, digest_of(spec, rows, periods))


def load_histories(spec: Spec, as_of: date) -> Dataset:
    """Every consenting customer who has ordered, as known at the end of `as_of`: a fit period only, its labels zero."""
    spec, end = spec.in_force(), snapshot_at(as_of).isoformat()
    entity_sql = f"""
        select customer_id, snapshot_at as event_timestamp, snapshot_on, stage as stage_then,
            0.0::double precision as label, 0.0::double precision as label_orders, false as was_messaged
        from {MARTS_CUSTOMER_STAGES}
        inner join consent.granted('{TRAINING}', '{end}'::timestamptz) as consented using (customer_id)
        where snapshot_on = '{as_of.isoformat()}' and stage <> '{Stage.PROSPECT}'
    """
    rows = rows_from_frame(historical_features(entity_sql, spec.feature_service), spec)
    periods = Periods((as_of,), (), ())
    return Dataset(Labels(spec, as_of), rows, periods, digest_of(spec, rows, periods))


def _choose_labels(connection: Connection, spec: Spec, as_of: date) -> tuple[Labels, Periods]:
    """Those of newcomers where the model is about them and there are enough."""
    if spec.is_about_newcomers:
        labels = Labels(spec, as_of, is_of_newcomers=True)
        try:
            return labels, _choose_periods(connection, labels)
        except NotEnoughDataError:
            pass
    labels = Labels(spec, as_of)
    return labels, _choose_periods(connection, labels)


def _choose_periods(connection: Connection, labels: Labels) -> Periods:
    statement = f"select distinct snapshot_on from ({labels.sql}) as usable order by snapshot_on"
    days = [day for (day,) in connection.execute(statement).fetchall()]
    least, shortage = load_lifecycle().training.min_positives, ""
    for calibration_share, test_share in SHARES:
        periods = plan_periods(days, labels.spec.horizon_days, calibration_share, test_share)
        if periods is None:
            raise NotEnoughDataError(why_no_periods(connection, labels, days))
        shortage = why_outcomes(connection, labels, periods, least)
        if not shortage:
            return periods
    raise NotEnoughDataError(shortage)


def _sample_share(connection: Connection, labels: Labels, periods: Periods) -> float:
    statement = f"select count(*) from ({labels.sql}) as usable where snapshot_on = any(%s)"
    row = connection.execute(statement, [list(periods.days)]).fetchone()
    return min(1.0, MAX_ROWS / max(int(row[0]) if row else 0, 1))
