"""Everyone in a stage, ranked into the temporary table `draft`, the control group drawn and kept out."""

from datetime import date
from typing import Any

import psycopg

from perennial.as_of import snapshot_at
from perennial.audiences.admission import PublishRefusedError
from perennial.audiences.ranking import HASH_JOINS_SQL, RULES, draft_sql
from perennial.audiences.runs import NoRunError, Run, find_run
from perennial.holdout import Clusters, assign_holdout, find_leaks, read_clusters
from perennial.lifecycle import load_lifecycle
from perennial.models import model_of
from perennial.stages import Stage
from perennial.tables import MARTS_CUSTOMER_STAGES, PREDICTIONS_SCORES

_HOLDOUT_BATCH = 50_000


def draft(connection: psycopg.Connection[Any], stage: Stage, audience: str, as_of: date) -> tuple[str, str | None]:
    """`draft` holds everyone in the stage with rank and conditions; returns what ordered it, and the model's version.

    `audience`, the stage or a segment of it, is whose earlier run says since when a member has been in it.
    Raises PublishRefusedError when someone of the control group would be sent to.
    """
    connection.execute(HASH_JOINS_SQL)
    clusters = read_clusters(connection, snapshot_at(as_of))
    _assign_holdout(connection, stage, as_of, clusters)
    ordered_by, version = _rank(connection, stage, audience, as_of)
    _require_no_leak(connection, audience, clusters)
    return ordered_by, version


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


def _require_no_leak(connection: psycopg.Connection[Any], audience: str, clusters: Clusters) -> None:
    leaks = find_leaks(connection, clusters, _REACHED_SQL)
    if leaks:
        more = f", and {len(leaks) - 1} more" if len(leaks) > 1 else ""
        raise PublishRefusedError(
            f"The control group leaks into {audience}: {leaks[0]}{more}. The last good audience stays in place. "
            "`perennial experiments holdout audit` lists every leak."
        )


_REACHED_SQL = "select customer_id, 'this run' as place from draft where is_member and not is_holdout"


def _rank(connection: psycopg.Connection[Any], stage: Stage, audience: str, as_of: date) -> tuple[str, str | None]:
    model = model_of(stage)
    version = _scored_by(connection, model, as_of) if model else None
    previous = _previous(connection, audience, as_of)
    parameters = {
        "stage": stage.value,
        "as_of": as_of,
        "moment": snapshot_at(as_of),
        "model": model if model and version else None,
        "channels": list(load_lifecycle().channels),
        "previous_run_id": previous.run_id if previous else None,
        "previous_as_of": previous.as_of if previous else None,
    }
    connection.execute(draft_sql(stage), parameters)
    return (model, version) if model and version else (RULES[stage][0], None)


def _scored_by(connection: psycopg.Connection[Any], model: str, as_of: date) -> str | None:
    statement = f"""
        select model_version from {PREDICTIONS_SCORES}
        where model = %s and as_of = %s
        group by model_version order by count(*) desc, model_version desc limit 1
    """
    row = connection.execute(statement, [model, as_of]).fetchone()
    return str(row[0]) if row else None


def _previous(connection: psycopg.Connection[Any], audience: str, as_of: date) -> Run | None:
    try:
        return find_run(connection, audience, before=as_of)
    except NoRunError:
        return None
