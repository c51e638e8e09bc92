"""How many customers, and outcomes of them, a model could be trained on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg

from perennial.as_of import snapshot_at
from perennial.consent import TRAINING
from perennial.stages import Stage
from perennial.tables import MARTS_CUSTOMER_STAGES
from training.data.labels import Labels

Connection = psycopg.Connection[tuple[Any, ...]]
SUNDAY = 7


@dataclass(frozen=True)
class StagePopulation:
    """Who was ever in the stage of a model up to a day: how many, how many of them consent to training, and the first
    and the newest weekly snapshot with one of those whose horizon has closed (None: there is none).
    """

    customers: int
    consenting: int
    first_weekly: date | None
    newest_observed: date | None


def count_population(connection: Connection, labels: Labels) -> StagePopulation:
    """Whose labels these could be, consenting or not, up to their day."""
    end = snapshot_at(labels.as_of)
    statement = f"""
        with consented as (select customer_id from consent.granted(%(purpose)s, %(end)s))
        select
            count(distinct customer_id),
            count(distinct customer_id) filter (where is_consenting),
            min(snapshot_on) filter (where is_consenting and is_weekly),
            max(snapshot_on) filter (where is_consenting and is_weekly and snapshot_on + %(horizon)s <= %(as_of)s)
        from (
            select
                stages.customer_id,
                stages.snapshot_on,
                extract(isodow from stages.snapshot_on) = {SUNDAY} as is_weekly,
                consented.customer_id is not null as is_consenting
            from {MARTS_CUSTOMER_STAGES} as stages
            left join consented on stages.customer_id = consented.customer_id
            where stages.snapshot_on <= %(as_of)s and stages.stage <> '{Stage.PROSPECT}'
                and stages.stage = coalesce(%(stage)s::text, stages.stage)
        ) as known
    """
    values = {"purpose": TRAINING, "end": end, "as_of": labels.as_of, "horizon": labels.spec.horizon_days}
    row = connection.execute(statement, {**values, "stage": labels.spec.stage}).fetchone()
    return StagePopulation(*row) if row else StagePopulation(0, 0, None, None)


def count_outcomes(connection: Connection, labels: Labels, days: Sequence[date]) -> dict[bool, tuple[int, int]]:
    """Rows and customers of both outcomes on these days."""
    statement = (
        "select label > 0, count(*), count(distinct customer_id) "
        f"from ({labels.sql}) as usable where snapshot_on = any(%s) group by label > 0"
    )
    found = {is_true: (rows, customers) for is_true, rows, customers in connection.execute(statement, [list(days)])}
    return {outcome: found.get(outcome, (0, 0)) for outcome in (True, False)}
