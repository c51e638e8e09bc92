"""Published audiences, as their manifests describe them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from perennial.audiences.missing_models import why_no_model
from perennial.database import Role, connect
from perennial.lifecycle import load_lifecycle
from perennial.models import model_of
from perennial.stages import Stage, parse_audience, stage_of
from perennial.tables import AUDIENCES_RUNS


class NoRunError(LookupError):
    """No audience of that stage, day or id has been published; the message names the command that publishes one."""


@dataclass(frozen=True)
class Run:
    """One published audience. `age_days` counts from its day to the default one; stale is past what is allowed.

    `row_count` counts every member, `count_holdout` those of them that are never exported, `count_without_consent`
    those in the stage who are no members for want of consent. `checksum` is the SHA-256 over the SHA-256 of each member
    in order of rank, below a first line of stage, day, order and model version. `why_no_model` says why a rule orders
    a stage that has a model.
    """

    run_id: str
    stage: str
    as_of: date
    as_of_at: datetime
    ordered_by: str
    model_version: str | None
    row_count: int
    checksum: str
    count_without_consent: int
    count_holdout: int
    published_at: datetime
    age_days: int
    is_stale: bool
    why_no_model: str | None = None

    def __str__(self) -> str:
        stale = ", stale" if self.is_stale else ""
        return (
            f"{self.stage} as of {self.as_of}: {self.row_count:,} members ({self.count_holdout:,} held out), "
            f"ordered by {self.ordered_by}, run {self.run_id}{stale}"
        )


# Of one day, the run published last counts.
_SELECT = f"""
    with newest as (select raw.default_as_of() as event_day)

    select
        runs.*,
        greatest(coalesce(newest.event_day - runs.as_of, 0), 0) as age_days,
        coalesce(newest.event_day - runs.as_of, 0) > %(stale_after)s as is_stale
    from {AUDIENCES_RUNS} as runs
    cross join newest
"""


def list_runs() -> list[Run]:
    """The newest run of every stage, and every segment of one, that has any, in the order of the stages."""
    statement = f"select distinct on (stage) * from ({_SELECT}) as runs order by stage, as_of desc, published_at desc"
    with connect(Role.READER) as connection:
        order = list(Stage)
        return sorted(_fetch(connection, statement, {}), key=lambda run: (order.index(stage_of(run.stage)), run.stage))


def newest_run(stage: str, as_of: date | None = None) -> Run:
    """The newest run of `stage`, or the one of the day `as_of`.

    Raises UnknownStageError, or NoRunError saying which days there are.
    """
    with connect(Role.READER) as connection:
        return find_run(connection, parse_audience(stage), as_of)


def read_run(run_id: str) -> Run:
    """The run with this id. Raises NoRunError."""
    with connect(Role.READER) as connection:
        found = _fetch(connection, f"{_SELECT} where runs.run_id = %(run_id)s", {"run_id": run_id})
    if not found:
        raise NoRunError(f"There is no run '{run_id}'. `perennial audiences list` shows the newest of each stage.")
    return found[0]


def find_run(
    connection: psycopg.Connection[Any], stage: str, as_of: date | None = None, *, before: date | None = None
) -> Run:
    """As `newest_run`, within a connection's transaction; with `before`, the newest of an earlier day."""
    wanted = {"stage": str(stage), "as_of": as_of, "before": before}
    statement = f"""
        {_SELECT}
        where runs.stage = %(stage)s
            and (%(as_of)s::date is null or runs.as_of = %(as_of)s)
            and (%(before)s::date is null or runs.as_of < %(before)s)
        order by runs.as_of desc, runs.published_at desc
        limit 1
    """
    found = _fetch(connection, statement, wanted)
    if not found:
        raise NoRunError(_why_none(connection, stage, as_of, before))
    return found[0]


def _fetch(connection: psycopg.Connection[Any], statement: str, parameters: dict[str, Any]) -> Sequence[Run]:
    stale_after = load_lifecycle().audiences.stale_after_days
    with connection.cursor(row_factory=class_row(Run)) as cursor:
        runs = cursor.execute(statement, {**parameters, "stale_after": stale_after}).fetchall()
    return [replace(run, why_no_model=_why_no_model(connection, run)) for run in runs]


def _why_no_model(connection: psycopg.Connection[Any], run: Run) -> str | None:
    model = model_of(stage_of(run.stage)) if run.model_version is None else None
    return why_no_model(connection, model, run.as_of) if model else None


def _why_none(connection: psycopg.Connection[Any], stage: str, as_of: date | None, before: date | None) -> str:
    rows = connection.execute(
        f"select distinct as_of from {AUDIENCES_RUNS} where stage = %s order by as_of desc limit 5", [str(stage)]
    )
    days = ", ".join(str(day) for (day,) in rows)
    if not days and "__" in stage:
        return f"No {stage} audience has been published: only where the data shows that choosing by effect pays is one."
    if not days:
        return f"No {stage} audience has been published yet. `perennial run` computes and publishes all of them."
    if before is not None:
        return f"There is no {stage} audience of a day before {before} to compare with. The newest there are: {days}."
    return (
        f"No {stage} audience of {as_of} has been published; the newest are of {days}. "
        f"`perennial run --as-of {as_of}` publishes one."
    )
