"""Publish a stage's audience: in one transaction, from validated marts, or not at all."""

from datetime import date
from typing import Any

import psycopg

from perennial.audiences.ranking import CHECKSUM_SQL, HASH_JOINS_SQL, INSERT_MEMBERS_SQL, RULES, draft_sql
from perennial.audiences.runs import NoRunError, Run, find_run
from perennial.database import Role, connect
from perennial.holdout import Clusters, assign_holdout, find_leaks, read_clusters
from perennial.lifecycle import load_lifecycle
from perennial.moments import snapshot_at
from perennial.stages import STAGE_MODELS, Model, Stage, parse_stage
from perennial.tables import AUDIENCES_RUNS, GATE_RUNS, MARTS_CUSTOMER_STAGES, MARTS_CUSTOMERS, PREDICTIONS_SCORES

_HOLDOUT_BATCH = 50_000
_TOLD = 3  # failures in one message


class PublishRefusedError(RuntimeError):
    """The audience may not be published; the last good one stays in place. The message names the gate and the fix."""


def publish(stage: str, as_of: date) -> Run:
    """The audience of `stage` at the end of `as_of` is published: a manifest and its members, together or not at all.

    Members are the customers in the stage with consent to profiling and to at least one channel, ordered by the scores
    of the stage's model, or by a rule where no model speaks. The same content is the same run, published once.
    Raises UnknownStageError, and PublishRefusedError when the gate has not passed the marts of that day, or when
    someone of the control group, or one person with them, would be sent to.
    """
    wanted = parse_stage(stage)
    with connect(Role.PUBLISHER) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        _lock(connection)
        connection.execute(HASH_JOINS_SQL)
        _require_validated_marts(connection, as_of)
        clusters = read_clusters(connection)
        _assign_holdout(connection, wanted, as_of, clusters)
        ordered_by, model_version = _draft(connection, wanted, as_of)
        _require_no_leak(connection, wanted, clusters)
        run_id = _write(connection, wanted, as_of, ordered_by, model_version)
        run = find_run(connection, wanted, as_of)
        if run.run_id != run_id:
            raise RuntimeError(f"{run_id} was written, but {run.run_id} is the newest run of that day.")
    return run


def _lock(connection: psycopg.Connection[Any]) -> None:
    # Before the transaction's snapshot is taken: one publisher at a time, and no mart replaced under the reading.
    connection.execute(f"lock table {AUDIENCES_RUNS} in share row exclusive mode")
    try:
        connection.execute(f"lock table {MARTS_CUSTOMER_STAGES}, {MARTS_CUSTOMERS} in access share mode")
    except psycopg.errors.UndefinedTable as error:
        raise PublishRefusedError("The marts have not been built yet. `perennial run` builds them.") from error


def _require_validated_marts(connection: psycopg.Connection[Any], as_of: date) -> None:
    built = _one(connection, f"select max(snapshot_on) from {MARTS_CUSTOMER_STAGES}")
    if built != as_of:
        raise PublishRefusedError(
            f"The marts are of {built or 'no day'}, not of {as_of}. "
            f"`perennial run --as-of {as_of}` builds and publishes that day."
        )
    verdict = connection.execute(
        f"select is_success, failures from {GATE_RUNS} where suite = 'marts' and as_of = %s "
        "order by gate_run_id desc limit 1",
        [as_of],
    ).fetchone()
    if verdict is None:
        raise PublishRefusedError(
            f"The gate has not judged the marts of {as_of}. `perennial run --as-of {as_of}` does, and publishes."
        )
    is_success, failures = verdict
    if not is_success:
        raise PublishRefusedError(
            f"The gate stopped the marts of {as_of}: {_in_words(failures)}. The last good audience stays in place. "
            "The gate's Data Docs show each check; mend the data, then `perennial run`."
        )


def _in_words(failures: Any) -> str:
    critical = [item for item in failures if item["severity"] == "critical"]
    told = [f"{item['check']}: expected {item['expected']}, found {item['observed']}" for item in critical[:_TOLD]]
    return "; ".join(told) + (f"; and {len(critical) - _TOLD} more" if len(critical) > _TOLD else "")


def _assign_holdout(connection: psycopg.Connection[Any], stage: Stage, as_of: date, clusters: Clusters) -> None:
    share, moment = load_lifecycle().holdout_share, snapshot_at(as_of)
    with connection.cursor("in_stage") as cursor:
        cursor.execute(
            f"select customer_id from {MARTS_CUSTOMER_STAGES} "
            "where snapshot_on = %s and stage = %s order by customer_id",
            [as_of, stage.value],
        )
        while batch := cursor.fetchmany(_HOLDOUT_BATCH):
            assign_holdout(connection, [customer_id for (customer_id,) in batch], moment, share, clusters)


def _require_no_leak(connection: psycopg.Connection[Any], stage: Stage, clusters: Clusters) -> None:
    leaks = find_leaks(connection, clusters, _REACHED_SQL)
    if leaks:
        more = f", and {len(leaks) - 1} more" if len(leaks) > 1 else ""
        raise PublishRefusedError(
            f"The control group leaks into {stage}: {leaks[0]}{more}. The last good audience stays in place. "
            "`perennial experiments holdout audit` lists every leak."
        )


_REACHED_SQL = "select customer_id, 'this run' as place from draft where is_member and not is_holdout"


def _draft(connection: psycopg.Connection[Any], stage: Stage, as_of: date) -> tuple[str, str | None]:
    """Rank everyone in the stage into the temporary table `draft`; returns what ordered it, and the model's version."""
    model = STAGE_MODELS.get(stage)
    version = _scored_by(connection, model, as_of) if model else None
    previous = _previous(connection, stage, as_of)
    parameters = {
        "stage": stage.value,
        "as_of": as_of,
        "moment": snapshot_at(as_of),
        "model": model.value if model and version else None,
        "channels": list(load_lifecycle().channels),
        "previous_run_id": previous.run_id if previous else None,
        "previous_as_of": previous.as_of if previous else None,
    }
    connection.execute(draft_sql(stage), parameters)
    return (model.value, version) if model and version else (RULES[stage][0], None)


def _scored_by(connection: psycopg.Connection[Any], model: Model, as_of: date) -> str | None:
    statement = f"""
        select model_version from {PREDICTIONS_SCORES}
        where model = %s and as_of = %s
        group by model_version order by count(*) desc, model_version desc limit 1
    """
    version = _one(connection, statement, [model.value, as_of])
    return None if version is None else str(version)


def _previous(connection: psycopg.Connection[Any], stage: Stage, as_of: date) -> Run | None:
    try:
        return find_run(connection, stage, before=as_of)
    except NoRunError:
        return None


def _write(
    connection: psycopg.Connection[Any], stage: Stage, as_of: date, ordered_by: str, model_version: str | None
) -> str:
    head = "\n".join([stage.value, as_of.isoformat(), ordered_by, model_version or "", ""])
    checksum = str(_one(connection, CHECKSUM_SQL, {"head": head}))
    run_id = f"{stage}-{as_of}-{checksum[:12]}"
    manifest = {
        "run_id": run_id,
        "stage": stage.value,
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

# Content published before and overtaken since (scored anew, then rolled back) is the newest again.
_RENEW_SQL = f"""
    update {AUDIENCES_RUNS} as runs
    set published_at = now()
    where runs.run_id = %(run_id)s
        and exists (
            select from {AUDIENCES_RUNS} as others
            where others.stage = runs.stage and others.as_of = runs.as_of and others.published_at > runs.published_at
        )
"""


def _one(connection: psycopg.Connection[Any], statement: str, parameters: Any = None) -> Any:
    row = connection.execute(statement, parameters).fetchone()
    return row[0] if row else None
