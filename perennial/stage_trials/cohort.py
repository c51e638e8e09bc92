"""Who entered a stage's audience, in which arm, and what they did in the horizon after: read from the warehouse."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
import pyarrow as pa

from perennial.as_of import snapshot_at
from perennial.holdout import MEMBERS_SQL, read_clusters
from perennial.lifecycle import load_lifecycle
from perennial.models import model_of
from perennial.stages import Stage
from perennial.tables import AUDIENCES_MEMBERS, AUDIENCES_RUNS, MARTS_CUSTOMER_STAGES, MARTS_CUSTOMERS, MARTS_ORDERS

MESSAGED, HOLDOUT = "messaged", "holdout"
COVARIATES = ("revenue_before", "count_orders_before")
_BEFORE_DAYS = 91
_UNPREDICTED_DAYS = 28


@dataclass(frozen=True)
class Cohort:
    """Everyone whose horizon has closed, and when the next horizon closes (None: nobody is waiting).

    `share_held` is the share of all the brand's customers that is held out: the arms' sizes are checked against it.
    Columns of `rows`: customer_id, person, arm, entered_on, revenue, ordered (0 or 1), revenue_before and
    count_orders_before (91 days).
    """

    stage: Stage
    horizon_days: int
    share_held: float
    rows: pa.Table
    next_closes_on: date | None

    def count(self, arm: str) -> int:
        arms: list[str] = self.rows["arm"].to_pylist()
        return arms.count(arm)


def horizon_of(stage: Stage) -> int:
    """Days after entering that count: the horizon of the stage's model, or 28 where no model speaks."""
    model = model_of(stage)
    return load_lifecycle().horizons_days[model] if model else _UNPREDICTED_DAYS


class MartsBehindError(RuntimeError):
    """The marts end before the day that is asked about: what happened since would be taken for nothing."""


def read_cohort(connection: psycopg.Connection[Any], stage: Stage, as_of: date) -> Cohort:
    """Each customer once, at their first membership of a run of the stage; orders before the end of `as_of`.

    Raises MartsBehindError when the marts were built as of an earlier day.
    """
    _require_marts(connection, as_of)
    horizon, parameters = timedelta(days=horizon_of(stage)), _parameters(stage, as_of)
    rows = connection.execute(_COHORT_SQL, parameters).fetchall()
    waiting = connection.execute(_WAITING_SQL, parameters).fetchone()
    (share_held,) = connection.execute(_SHARE_HELD_SQL, parameters).fetchone() or (0.0,)
    clusters = read_clusters(connection)
    columns = [list(values) for values in zip(*rows, strict=True)] if rows else [[] for _ in _COLUMNS]
    table = pa.table(dict(zip(_COLUMNS, columns, strict=True)), schema=_SCHEMA)
    persons = pa.array([clusters.representative(customer_id) for customer_id in columns[0]], pa.string())
    rows_by_person = table.append_column("person", persons)
    return Cohort(stage, horizon.days, share_held, rows_by_person, _day_before(waiting, horizon))


def _require_marts(connection: psycopg.Connection[Any], as_of: date) -> None:
    (built,) = connection.execute(f"select max(snapshot_on) from {MARTS_CUSTOMER_STAGES}").fetchone() or (None,)
    if built is None or built < as_of:
        raise MartsBehindError(
            f"The marts are of {built or 'no day'}, and know nothing of what happened up to {as_of}. "
            f"`perennial run --as-of {as_of}` builds and measures that day."
        )


def entity_sql(connection: psycopg.Connection[Any], stage: Stage, as_of: date) -> str:
    """Everyone who has entered by then as SQL for Feast: customer_id, and the moment of entering as event_timestamp.

    Those of the cohort, and those whose horizon has not closed yet.
    """
    return psycopg.ClientCursor(connection).mogrify(_ENTITY_SQL, _parameters(stage, as_of))


def _parameters(stage: Stage, as_of: date) -> dict[str, Any]:
    return {
        "stage": stage.value,
        "horizon": timedelta(days=horizon_of(stage)),
        "moment": snapshot_at(as_of),
        "before": timedelta(days=_BEFORE_DAYS),
    }


def _day_before(waiting: tuple[datetime | None] | None, horizon: timedelta) -> date | None:
    entered_at = waiting[0] if waiting else None
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

_ENTERED = f"""
    entered as (
        select distinct on (members.customer_id)
            members.customer_id,
            members.is_holdout,
            runs.as_of,
            runs.as_of_at
        from {AUDIENCES_MEMBERS} as members
        inner join {AUDIENCES_RUNS} as runs on members.run_id = runs.run_id
        where runs.stage = %(stage)s and runs.as_of_at <= %(moment)s
        order by members.customer_id, runs.as_of, runs.published_at
    )
"""

_WAITING_SQL = f"""
    with {_ENTERED}

    select min(as_of_at) from entered where as_of_at + %(horizon)s > %(moment)s
"""

_ENTITY_SQL = f"""
    select customer_id, as_of_at as event_timestamp
    from (
        with {_ENTERED}

        select * from entered
    ) as entered
"""

_SHARE_HELD_SQL = f"""
    select coalesce(avg((held.customer_id is not null)::int), 0)::double precision
    from {MARTS_CUSTOMERS} as customers
    left join ({MEMBERS_SQL}) as held on customers.customer_id = held.customer_id
"""

_COHORT_SQL = f"""
    with {_ENTERED},

    closed as (select * from entered where as_of_at + %(horizon)s <= %(moment)s),

    counted as (
        select
            closed.customer_id,
            sum(orders.revenue) filter (where orders.ordered_at >= closed.as_of_at) as revenue,
            count(*) filter (where orders.ordered_at >= closed.as_of_at) as count_orders,
            sum(orders.revenue) filter (where orders.ordered_at < closed.as_of_at) as revenue_before,
            count(*) filter (where orders.ordered_at < closed.as_of_at) as count_orders_before
        from closed
        inner join {MARTS_ORDERS} as orders
            on closed.customer_id = orders.customer_id
                and orders.ordered_at >= closed.as_of_at - %(before)s
                and orders.ordered_at < closed.as_of_at + %(horizon)s
        where not orders.is_cancelled
        group by closed.customer_id
    )

    select
        closed.customer_id,
        case when closed.is_holdout then '{HOLDOUT}' else '{MESSAGED}' end as arm,
        closed.as_of as entered_on,
        coalesce(counted.revenue, 0)::double precision as revenue,
        (coalesce(counted.count_orders, 0) > 0)::int as ordered,
        coalesce(counted.revenue_before, 0)::double precision as revenue_before,
        coalesce(counted.count_orders_before, 0) as count_orders_before
    from closed
    left join counted on closed.customer_id = counted.customer_id
    order by closed.customer_id
"""
