"""The rows a model is trained and judged on: labels of consenting customers, with features as known at the moment."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
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
from training.data.rows import Rows, as_matrix
from training.specs import PredictionKind, Spec

MAX_ROWS = 200_000
Connection = psycopg.Connection[tuple[Any, ...]]
# Columns of the entity rows; the stage is also a feature, so theirs has a name of its own.
_KEYS = ("customer_id", "event_timestamp", "snapshot_on", "stage_then", "label", "label_orders", "was_messaged")
_TWO_YEARS = timedelta(days=730)


class NotEnoughError(RuntimeError):
    """There is too little to train and judge a model honestly; the message says what is missing."""


class LabelsMissingError(RuntimeError):
    """The warehouse has no labels of this model; the message names the fix."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(f"{marts_label(spec.name)} is missing. Build the marts: `perennial run`.")


@dataclass(frozen=True)
class Dataset:
    """Rows of all three periods, the labels they are of, and the digest of everything that the model will depend on."""

    labels: Labels
    rows: Rows
    periods: Periods
    digest: str


def load_dataset(spec: Spec, as_of: date) -> Dataset:
    """Labelled rows whose whole horizon lies before the end of `as_of`, with features as known at each row's moment.

    Only customers whose consent to training stands at that moment. Above `MAX_ROWS` a fixed sample of the customers.
    Raises NotEnoughError when any period lacks either outcome, LabelsMissingError without marts.
    """
    with connect(Role.READER) as connection:
        try:
            labels, periods = _choose_labels(connection, spec, as_of)
        except psycopg.errors.UndefinedTable as error:
            raise LabelsMissingError(spec) from error
        share = _sample_share(connection, labels, periods)
    rows = rows_of(historical_features(labels.entity_sql(periods.days, share), spec.feature_service), spec)
    return Dataset(labels, rows, periods, digest_of(spec, rows, periods))


def load_histories(spec: Spec, as_of: date) -> tuple[Rows, str]:
    """Every consenting customer who ever ordered, as known at the end of `as_of`, without labels; and their digest."""
    moment = snapshot_at(as_of).isoformat()
    entity_sql = f"""
        select customer_id, snapshot_at as event_timestamp, snapshot_on, stage as stage_then,
            0.0::double precision as label, 0.0::double precision as label_orders, false as was_messaged
        from {MARTS_CUSTOMER_STAGES}
        inner join consent.granted('{TRAINING}', '{moment}'::timestamptz) as consented using (customer_id)
        where snapshot_on = '{as_of.isoformat()}' and stage <> '{Stage.PROSPECT}'
    """
    rows = rows_of(historical_features(entity_sql, spec.feature_service), spec)
    return rows, digest_of(spec, rows, Periods((as_of,), (), ()))


def rows_of(frame: pd.DataFrame, spec: Spec) -> Rows:
    """A labelled frame, as Feast returned it, in the form models read."""
    frame = frame.sort_values(["snapshot_on", "customer_id"], ignore_index=True)
    names = [str(name) for name in frame if name not in _KEYS]
    calendar = _calendar_columns(frame, names)
    features = as_matrix(frame, [name for name in names if name not in calendar])
    target = ["label"] if spec.kind is PredictionKind.PROBABILITY else ["label", "label_orders"]
    values = frame[target].to_numpy(dtype=np.float64)
    return Rows(
        features=features,
        target=values[:, 0] if spec.kind is PredictionKind.PROBABILITY else values,
        customers=frame["customer_id"].to_numpy(dtype=object),
        stages=frame["stage_then"].to_numpy(dtype=object),
        messaged=frame["was_messaged"].to_numpy(dtype=bool),
        days=np.array([pd.Timestamp(day).date() for day in frame["snapshot_on"]], dtype=object),
    )


def _calendar_columns(frame: pd.DataFrame, names: list[str]) -> set[str]:
    # What is the same for everyone on a day (the season) only tells the day; with less than two years of history the
    # model has not seen the same season twice, and would take the calendar for a cause.
    if frame.empty or frame["snapshot_on"].max() - frame["snapshot_on"].min() >= _TWO_YEARS:
        return set()
    per_day = frame.groupby("snapshot_on")[names].nunique(dropna=False).max()
    return {name for name in names if per_day[name] <= 1 < len(frame[name].unique())}


def _choose_labels(connection: Connection, spec: Spec, as_of: date) -> tuple[Labels, Periods]:
    """Those of newcomers where the model is about them and there are enough."""
    if spec.is_about_newcomers:
        labels = Labels(spec, as_of, is_of_newcomers=True)
        try:
            return labels, _choose_periods(connection, labels)
        except NotEnoughError:
            pass
    labels = Labels(spec, as_of)
    return labels, _choose_periods(connection, labels)


def _choose_periods(connection: Connection, labels: Labels) -> Periods:
    statement = f"select distinct snapshot_on from ({labels.sql}) as usable"
    days = [day for (day,) in connection.execute(statement).fetchall()]
    least, problem = load_lifecycle().training.min_positives, ""
    for calibration_share, test_share in SHARES:
        periods = plan_periods(days, labels.spec.horizon_days, calibration_share, test_share)
        if periods is None:
            raise NotEnoughError(
                f"History is too short: {len(days)} weekly snapshots have an observed horizon of "
                f"{labels.spec.horizon_days} days, and a fit, a calibration and a test period that keep apart "
                "need more."
            )
        problem = _shortage(connection, labels, periods, least)
        if not problem:
            return periods
    raise NotEnoughError(problem)


def _shortage(connection: Connection, labels: Labels, periods: Periods, least: int) -> str:
    for period, days in periods.named().items():
        counted = connection.execute(
            "select count(distinct customer_id) filter (where label > 0), "
            "count(distinct customer_id) filter (where label = 0) "
            f"from ({labels.sql}) as usable where snapshot_on = any(%s)",
            [list(days)],
        ).fetchone()
        for outcome, count in zip(("yes", "no"), counted or (0, 0), strict=True):
            if int(count) < least:
                return (
                    f"Too few customers whose label is {outcome} in the {period} period: {count}, "
                    f"and {least} are needed (training.min_positives)."
                )
    return ""


def _sample_share(connection: Connection, labels: Labels, periods: Periods) -> float:
    statement = f"select count(*) from ({labels.sql}) as usable where snapshot_on = any(%s)"
    row = connection.execute(statement, [list(periods.days)]).fetchone()
    return min(1.0, MAX_ROWS / max(int(row[0]) if row else 0, 1))
