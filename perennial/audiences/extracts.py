"""Pull an audience out: who may be contacted now, with their scores and features as the online store has them."""

from datetime import date
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.rows import dict_row

from perennial.audiences.ranking import HASH_JOINS_SQL
from perennial.audiences.runs import Run, newest_run
from perennial.consent import CONTACTABLE_SQL, PROFILING
from perennial.database import Role, connect
from perennial.features import online_features
from perennial.holdout import EXCLUDED_SQL
from perennial.lifecycle import load_lifecycle
from perennial.models import model_of
from perennial.stages import stage_of
from perennial.tables import AUDIENCES_MEMBERS

if TYPE_CHECKING:
    import pandas as pd

MEMBER_COLUMNS = (
    "customer_id", "rank", "probability", "percentile", "band", "reasons", "channels", "entered_at",
)  # fmt: skip


_BATCH = 5_000


class NoProbabilityError(ValueError):
    """A minimum probability was asked of an audience that a rule ordered."""


def pull(
    stage: str, *, as_of: date | None = None, min_probability: float | None = None, limit: int | None = None
) -> "pd.DataFrame":
    """The contactable members of a stage's newest audience (or that of `as_of`), in order of rank.

    Columns: customer_id, rank, probability, percentile, band, reasons (list of text), channels (list), entered_at;
    then the features and scores that Feast's online store has now. The holdout is not in it, nor is anyone who has
    withdrawn since it was published. Raises UnknownStageError, NoRunError and NoProbabilityError.
    """
    return pull_run(newest_run(stage, as_of), min_probability=min_probability, limit=limit)


def pull_run(
    run: Run, *, min_probability: float | None = None, limit: int | None = None, after_rank: int = 0
) -> "pd.DataFrame":
    """As `pull`, for one run, and from behind a rank: `limit` and the last rank of a page lead to the next one."""
    import pandas as pd

    with connect(Role.READER) as connection:
        rows = read_members(connection, run, min_probability=min_probability, limit=limit, after_rank=after_rank)
    members = pd.DataFrame(rows, columns=list(MEMBER_COLUMNS))
    features = online_features(list(members["customer_id"]), f"audience_{stage_of(run.stage)}_v1")
    return members.merge(features, on="customer_id", how="left", suffixes=("", "_now"), validate="one_to_one")


def read_members(
    connection: psycopg.Connection[Any],
    run: Run,
    *,
    min_probability: float | None = None,
    limit: int | None = None,
    after_rank: int = 0,
) -> list[dict[str, Any]]:
    """The members of `run` who may be contacted now, `limit` of them after a rank, without their features."""
    if min_probability is not None and run.model_version is None:
        raise NoProbabilityError(
            f"This audience is ordered by {run.ordered_by}: no model was good enough to give probabilities "
            f"({_model_hint(run)}). Pull it without a minimum probability."
        )
    connection.execute(HASH_JOINS_SQL)
    wanted: list[dict[str, Any]] = []
    while limit is None or len(wanted) < limit:
        batch = min(_BATCH, (limit - len(wanted)) * 2) if limit is not None else _BATCH
        candidates = _candidates(connection, run, min_probability, after_rank, batch)
        channels = _channels_now(connection, run, [member["customer_id"] for member in candidates])
        wanted += [
            {**member, "channels": channels[id_]} for member in candidates if (id_ := member["customer_id"]) in channels
        ]
        if len(candidates) < batch:
            break
        after_rank = candidates[-1]["rank"]
    return wanted[:limit]


def _model_hint(run: Run) -> str:
    model = model_of(stage_of(run.stage))
    return f"`perennial models report {model}` says why" if model else f"{run.stage} has no model"


def _candidates(
    connection: psycopg.Connection[Any], run: Run, min_probability: float | None, after_rank: int, count: int
) -> list[dict[str, Any]]:
    parameters = {
        "run_id": run.run_id,
        "min_probability": min_probability,
        "after_rank": after_rank,
        "count": count,
    }
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_CANDIDATES_SQL, parameters).fetchall()


def _channels_now(connection: psycopg.Connection[Any], run: Run, customer_ids: list[str]) -> dict[str, list[str]]:
    """Those of `customer_ids` who may be contacted now, and how: what changed since publishing counts."""
    parameters = {
        "moment": run.as_of_at,
        "channels": list(load_lifecycle().channels),
        "customer_ids": customer_ids,
    }
    return dict(connection.execute(_CONTACTABLE_NOW_SQL, parameters).fetchall())


_CANDIDATES_SQL = f"""
    select
        customer_id, rank, probability, percentile, band,
        array(select reason ->> 'text' from jsonb_array_elements(reasons) as reason) as reasons, entered_at
    from {AUDIENCES_MEMBERS}
    where run_id = %(run_id)s
        and rank > %(after_rank)s
        and not is_holdout
        and (%(min_probability)s::double precision is null or probability >= %(min_probability)s)
    order by rank
    limit %(count)s
"""

_CONTACTABLE_NOW_SQL = f"""
    select contactable.customer_id, contactable.channels
    from ({CONTACTABLE_SQL}) as contactable
    inner join consent.granted('{PROFILING}', %(moment)s) as profiled on contactable.customer_id = profiled.customer_id
    left join ({EXCLUDED_SQL}) as held_out on contactable.customer_id = held_out.customer_id
    where contactable.customer_id = any(%(customer_ids)s)
        and profiled.customer_id = any(%(customer_ids)s)
        and held_out.customer_id is null
"""
