"""The reference window of drift: which two days it compares, and the customers of a model's stage on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import psycopg

from perennial.customer_sample import first_customers_sql
from perennial.features import describe_query, read_query
from perennial.models import load_models
from perennial.stages import Stage
from perennial.tables import (
    MARTS_CUSTOMER_FEATURES,
    MARTS_CUSTOMER_STAGES,
    PREDICTIONS_EVALUATIONS,
    PREDICTIONS_SCORES,
)

MAX_CUSTOMERS = 50_000

Pair = tuple[date, date]


@dataclass(frozen=True)
class ReferenceWindow:
    """The reference day and the current one, and how many customers of each are compared."""

    reference_on: date
    current_on: date
    count_reference: int
    count_current: int


# The newest training that led to a version counts, champion or not: it has seen the customers of that day.
_NEWEST_TRAINING_SQL = f"""
    select max(as_of)
    from {PREDICTIONS_EVALUATIONS}
    where model = %(model)s and outcome = 'trained' and as_of <= %(as_of)s
"""

_SNAPSHOTS_SQL = f"""
    with training as ({_NEWEST_TRAINING_SQL})

    select
        (select max(snapshot_on) from {MARTS_CUSTOMER_FEATURES} where snapshot_on <= (select max from training)),
        (select max(snapshot_on) from {MARTS_CUSTOMER_FEATURES} where snapshot_on <= %(as_of)s)
"""

# Another version predicts otherwise of the same customers: a version is only compared with itself.
_PREDICTIONS_SQL = f"""
    with training as ({_NEWEST_TRAINING_SQL}),

    scored as (
        select distinct as_of, model_version from {PREDICTIONS_SCORES}
        where model = %(model)s and as_of <= %(as_of)s and as_of >= (select max from training)
    )

    select min(scored.as_of), max(scored.as_of)
    from scored
    where scored.model_version = (select model_version from scored order by as_of desc limit 1)
"""


def choose_snapshots(connection: psycopg.Connection[Any], model: str, as_of: date) -> Pair | None:
    """The snapshot of the newest training and the newest one up to `as_of`; None where there is no later one."""
    if connection.execute("select to_regclass(%s)", [MARTS_CUSTOMER_FEATURES]).fetchone() == (None,):
        return None
    return _pair(connection, _SNAPSHOTS_SQL, model, as_of)


def choose_predictions(connection: psycopg.Connection[Any], model: str, as_of: date) -> Pair | None:
    """The first and the last day scored by the version of today since the newest training; None where it is one day."""
    return _pair(connection, _PREDICTIONS_SQL, model, as_of)


def _pair(connection: psycopg.Connection[Any], statement: str, model: str, as_of: date) -> Pair | None:
    before, now = connection.execute(statement.encode(), {"model": model, "as_of": as_of}).fetchone() or (None, None)
    return None if before is None or now is None or before >= now else (before, now)


def read_snapshot(connection: psycopg.Connection[Any], model: str, day: date, names: Sequence[str]) -> pd.DataFrame:
    """The features `names` of everyone the model scores on `day`; a fixed sample of customers above `MAX_CUSTOMERS`.

    One row per customer; names that the marts do not have are left out.
    """
    stage = load_models()[model].stage
    in_stage = f"stages.stage = '{stage}'" if stage else f"stages.stage <> '{Stage.PROSPECT}'"
    available = set(describe_query(connection, f"select * from {MARTS_CUSTOMER_FEATURES}").names)
    columns = ", ".join(f'features."{name}"' for name in names if name in available)
    query = f"""
        select {columns}
        from {MARTS_CUSTOMER_FEATURES} as features
        inner join {MARTS_CUSTOMER_STAGES} as stages using (customer_id, snapshot_on)
        where features.snapshot_on = '{day.isoformat()}' and {in_stage}
        {first_customers_sql("features.customer_id", MAX_CUSTOMERS)}
    """
    frame: pd.DataFrame = read_query(connection, query).to_pandas()
    return frame
