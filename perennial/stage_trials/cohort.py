"""Who entered a stage's audience, in which arm, and what they did in the horizon after: read from the warehouse."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
import pyarrow as pa

from perennial.as_of import snapshot_at
from perennial.holdout import read_clusters
from perennial.horizons import horizon_days
from perennial.models import model_of
from perennial.stage_trials.cohort_queries import COHORT_SQL, ENTITY_SQL, PENDING_SQL, SHARE_HELD_SQL
from perennial.stage_trials.left_out import LeftOut, read_left_out
from perennial.stages import Stage
from perennial.tables import MARTS_CUSTOMER_STAGES

COVARIATES = ("revenue_before", "count_orders_before")
# What more than this share of persons spent may be unknown, and revenue is compared among the others.
MOST_UNVALUED = 0.01
_BEFORE_DAYS = 91
_DAYS_WITHOUT_MODEL = 28


@dataclass(frozen=True)
class Cohort:
    """Everyone whose horizon has closed, and when the next horizon closes (None: nobody's outcome is pending).

    `share_held` is the mean of the shares valid when each was drawn (of draws before shares were kept: the share of all
    customers held out): the arms' sizes are checked against it. `left_out`: who entered and is not in `rows`.
    Columns of `rows`: customer_id, person, arm, entered_on, revenue (null where an amount is unknown), ordered
    (0 or 1), revenue_before and count_orders_before (91 days).
    """

    stage: Stage
    horizon_days: int
    share_held: float
    rows: pa.Table
    next_closes_on: date | None
    left_out: LeftOut

    def count(self, arm: str) -> int:
        arms: list[str] = self.rows["arm"].to_pylist()
        return arms.count(arm)

    @property
    def valued_rows(self) -> pa.Table:
        """Those whose revenue is known."""
        return self.rows.filter(self.rows["revenue"].is_valid())

    @property
    def doubt_of_revenue(self) -> str:
        """Why revenue cannot be compared; empty where it is known of nearly everyone."""
        unvalued = self.rows["revenue"].null_count
        if unvalued <= MOST_UNVALUED * self.rows.num_rows:
            return ""
        return (
            f"what {unvalued:,} of {self.rows.num_rows:,} customers spent is unknown, as amounts of their orders are "
            "(marts.data_issues)"
        )


def horizon_of(stage: Stage) -> int:
    """Days after entering that count: the horizon of the stage's model, or 28 where there is no model."""
    model = model_of(stage)
    return horizon_days(model) if model else _DAYS_WITHOUT_MODEL


class MartsBehindError(RuntimeError):
    """The marts end before the day that is asked about: what happened since would be taken for no outcome."""


def read_cohort(connection: psycopg.Connection[Any], stage: Stage, as_of: date) -> Cohort:
    """Each customer once, at their first membership of a run of the stage; orders before the end of `as_of`.

    Raises MartsBehindError when the marts were built as of an earlier day.
    """
    _require_marts(connection, as_of)
    horizon, parameters = timedelta(days=horizon_of(stage)), _parameters(stage, as_of)
    rows = connection.execute(COHORT_SQL, parameters).fetchall()
    pending = connection.execute(PENDING_SQL, parameters).fetchone()
    clusters = read_clusters(connection, snapshot_at(as_of))
    columns = [list(values) for values in zip(*rows, strict=True)] if rows else [[] for _ in (*_COLUMNS, "share")]
    shares = [share for share in columns.pop() if share is not None]
    share_held = sum(shares) / len(shares) if shares else _share_of_all(connection, parameters)
    left_out = read_left_out(connection, parameters, clusters, share_held)
    table = pa.table(dict(zip(_COLUMNS, columns, strict=True)), schema=_SCHEMA)
    persons = [clusters.representative(customer_id) for customer_id in columns[0]]
    by_person = table.append_column("person", pa.array(persons, pa.string()))
    kept = by_person.filter(pa.array([person not in left_out.in_both_arms for person in persons], pa.bool_()))
    return Cohort(stage, horizon.days, share_held, kept, _last_day(pending, horizon), left_out)


def _share_of_all(connection: psycopg.Connection[Any], parameters: dict[str, Any]) -> float:
    (share,) = connection.execute(SHARE_HELD_SQL, parameters).fetchone() or (0.0,)
    return float(share)


def _require_marts(connection: psycopg.Connection[Any], as_of: date) -> None:
    (built,) = connection.execute(f"select max(snapshot_on) from {MARTS_CUSTOMER_STAGES}").fetchone() or (None,)
    if built is None or built < as_of:
        raise MartsBehindError(
            f"The marts are of {built or 'no day'}, and do not include what happened up to {as_of}. "
            f"`perennial run --as-of {as_of}` builds and measures that day."
        )


def entity_sql(connection: psycopg.Connection[Any], stage: Stage, as_of: date) -> str:
    """Everyone who has entered by then as SQL for Feast: customer_id, and the moment of entering as event_timestamp.

    Those of the cohort, and those whose horizon has not closed yet.
    """
    return psycopg.ClientCursor(connection).mogrify(ENTITY_SQL, _parameters(stage, as_of))


def _parameters(stage: Stage, as_of: date) -> dict[str, Any]:
    return {
        "stage": stage.value,
        "horizon": timedelta(days=horizon_of(stage)),
        "moment": snapshot_at(as_of),
        "before": timedelta(days=_BEFORE_DAYS),
    }


def _last_day(pending: tuple[datetime | None] | None, horizon: timedelta) -> date | None:
    entered_at = pending[0] if pending else None
    return (entered_at + horizon - timedelta(days=1)).date() if entered_at else None


_SCHEMA = pa.schema(
    {
        "customer_id": pa.string(),
        "arm": pa.string(),
        "entered_on": pa.date32(),
        "revenue": pa.float64(),
        "ordered": pa.int8(),
        "revenue_before": pa.float64(),
        "count_orders_before": pa.int64(),
    }
)
_COLUMNS = tuple(_SCHEMA.names)
