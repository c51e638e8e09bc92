"""Publish a stage's audience, or a segment of it: in one transaction, from validated marts, or not at all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg

from perennial.as_of import snapshot_at
from perennial.audiences.admission import lock, require_validated_marts
from perennial.audiences.drafts import draft
from perennial.audiences.ranking import CHECKSUM_SQL, INSERT_MEMBERS_SQL
from perennial.audiences.runs import Run, find_run
from perennial.database import Role, connect
from perennial.stages import Segment, Stage, audience_name, parse_stage
from perennial.tables import AUDIENCES_RUNS

Narrow = Callable[[psycopg.Connection[Any]], None]


@dataclass(frozen=True)
class Effect:
    """What a message is expected to add for one customer (in the outcome's unit), with its interval."""

    uplift: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"a message is expected to add {self.uplift:+.3g} ({self.low:+.3g} to {self.high:+.3g})"


def publish(stage: str, as_of: date) -> Run:
    """The audience of `stage` at the end of `as_of` is published: a manifest and its members, together or not at all.

    Members are the customers in the stage with consent to profiling and to at least one channel, ordered by the scores
    of the stage's model, or by a rule where no model scores. The same content is the same run, published once.
    Raises UnknownStageError, and PublishRefusedError when the gate has not passed the marts of that day, or when
    someone of the control group, or one person with them, would be sent to.
    """
    wanted = parse_stage(stage)
    return _publish(wanted, wanted.value, as_of)


def publish_segment(stage: str, segment: Segment, as_of: date, effects: Mapping[str, Effect], version: str) -> Run:
    """As `publish`, for those members of the stage who are in `effects`: the audience `<stage>__<segment>`.

    Persuadables come by the effect of a message, largest first; those not to be disturbed by the harm, largest first.
    `version` names the estimate that they come from.
    """
    wanted = parse_stage(stage)
    sign = -1 if segment is Segment.PERSUADABLES else 1
    rows = [(customer_id, sign * effect.uplift, str(effect)) for customer_id, effect in effects.items()]
    return _publish(
        wanted, audience_name(wanted, segment), as_of, lambda connection: _narrow(connection, rows), f"uplift {version}"
    )


def _publish(
    stage: Stage, audience: str, as_of: date, narrow: Narrow | None = None, ordered_by_effect: str | None = None
) -> Run:
    with connect(Role.PUBLISHER) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        lock(connection)
        require_validated_marts(connection, as_of)
        ordered_by, model_version = draft(connection, stage, audience, as_of)
        if narrow:
            narrow(connection)
        run_id = _write(connection, audience, as_of, ordered_by_effect or ordered_by, model_version)
        run = find_run(connection, audience, as_of)
        if run.run_id != run_id:
            raise RuntimeError(f"{run_id} was written, but {run.run_id} is the newest run of that day.")
    return run


def _narrow(connection: psycopg.Connection[Any], rows: list[tuple[str, float, str]]) -> None:
    """Leave in `draft` only the chosen, in the order of their effects, which are the first of their reasons."""
    connection.execute("create temporary table chosen (customer_id text, key float8, reason text) on commit drop")
    with connection.cursor() as cursor, cursor.copy("copy chosen from stdin") as copy:
        for row in rows:
            copy.write_row(row)
    connection.execute("delete from draft where customer_id not in (select customer_id from chosen)")
    connection.execute(_REORDER_SQL)


_REORDER_SQL = """
    with ordered as (
        select
            draft.customer_id,
            chosen.reason,
            row_number() over (
                partition by draft.is_member order by chosen.key, draft.customer_id collate "C"
            ) as rank
        from draft
        inner join chosen on draft.customer_id = chosen.customer_id
    )

    update draft
    set rank = ordered.rank,
        reasons = jsonb_build_array(jsonb_build_object('feature', 'uplift', 'text', ordered.reason)) || draft.reasons
    from ordered
    where draft.customer_id = ordered.customer_id
"""


def _write(
    connection: psycopg.Connection[Any], audience: str, as_of: date, ordered_by: str, model_version: str | None
) -> str:
    head = "\n".join([audience, as_of.isoformat(), ordered_by, model_version or "", ""])
    (checksum,) = connection.execute(CHECKSUM_SQL, {"head": head}).fetchone() or ("",)
    run_id = f"{audience}-{as_of}-{checksum[:12]}"
    manifest = {
        "run_id": run_id,
        "stage": audience,
        "as_of": as_of,
        "as_of_at": snapshot_at(as_of),
        "ordered_by": ordered_by,
        "model_version": model_version,
        "checksum": checksum,
    }
    written = connection.execute(_INSERT_RUN_SQL, manifest).rowcount
    if written:
        connection.execute(INSERT_MEMBERS_SQL, {"run_id": run_id})
    else:
        connection.execute(_RENEW_SQL, manifest)
    return run_id


_INSERT_RUN_SQL = f"""
    insert into {AUDIENCES_RUNS} (
        run_id, stage, as_of, as_of_at, ordered_by, model_version,
        row_count, checksum, count_without_consent, count_holdout
    )
    select
        %(run_id)s, %(stage)s, %(as_of)s, %(as_of_at)s, %(ordered_by)s, %(model_version)s,
        count(*) filter (where is_member), %(checksum)s,
        count(*) filter (where not is_member), count(*) filter (where is_member and is_holdout)
    from draft
    on conflict (run_id) do nothing
"""

# Content published before and overtaken since (scored again, then rolled back) is the newest again.
_RENEW_SQL = f"""
    update {AUDIENCES_RUNS} as runs
    set published_at = now()
    where runs.run_id = %(run_id)s
        and exists (
            select from {AUDIENCES_RUNS} as others
            where others.stage = runs.stage and others.as_of = runs.as_of and others.published_at > runs.published_at
        )
"""
