"""Who entered an audience and who left it, from one run to the next."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import psycopg

from perennial.audiences.runs import Run, find_run
from perennial.database import Role, connect
from perennial.stages import parse_audience
from perennial.tables import AUDIENCES_MEMBERS, MARTS_CUSTOMER_STAGES

NOT_KNOWN_ANY_MORE = "not known any more"


@dataclass(frozen=True)
class Departure:
    """Someone who left: the stage they are in now. The audience's own stage means that consent was withdrawn."""

    customer_id: str
    stage_now: str


@dataclass(frozen=True)
class Diff:
    """Two runs of a stage compared; `went_to` counts those who left by where they are now."""

    stage: str
    run: Run
    previous: Run
    entered: list[str]
    left: list[Departure]
    count_stayed: int
    went_to: dict[str, int] = field(default_factory=dict)


def diff(stage: str, *, as_of: date | None = None) -> Diff:
    """The newest audience of `stage` (or that of `as_of`) against the one of the day published before it.

    `entered` in order of rank, `left` in the order they had. Raises UnknownStageError, and NoRunError while there is
    nothing to compare.
    """
    wanted = parse_audience(stage)
    with connect(Role.READER) as connection:
        run = find_run(connection, wanted, as_of)
        previous = find_run(connection, wanted, before=run.as_of)
        runs = {"run_id": run.run_id, "previous_run_id": previous.run_id}
        entered = [customer_id for (customer_id,) in connection.execute(_ENTERED_SQL, runs)]
        left = [Departure(*row) for row in _departures(connection, runs)]
    went_to = dict(Counter(departure.stage_now for departure in left).most_common())
    return Diff(wanted, run, previous, entered, left, run.row_count - len(entered), went_to)


def _departures(connection: psycopg.Connection[Any], runs: dict[str, str]) -> list[tuple[Any, ...]]:
    return connection.execute(_LEFT_SQL, {**runs, "not_known": NOT_KNOWN_ANY_MORE}).fetchall()


_ENTERED_SQL = f"""
    select now.customer_id
    from {AUDIENCES_MEMBERS} as now
    left join {AUDIENCES_MEMBERS} as before
        on now.customer_id = before.customer_id and before.run_id = %(previous_run_id)s
    where now.run_id = %(run_id)s and before.customer_id is null
    order by now.rank
"""

_LEFT_SQL = f"""
    select before.customer_id, coalesce(stages.stage, %(not_known)s) as stage_now
    from {AUDIENCES_MEMBERS} as before
    left join {AUDIENCES_MEMBERS} as now on before.customer_id = now.customer_id and now.run_id = %(run_id)s
    left join {MARTS_CUSTOMER_STAGES} as stages
        on before.customer_id = stages.customer_id
        and stages.snapshot_on = (select max(snapshot_on) from {MARTS_CUSTOMER_STAGES})
    where before.run_id = %(previous_run_id)s and now.customer_id is null
    order by before.rank
"""
