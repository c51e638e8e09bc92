"""`predictions.scores`: replace the scores of a model and day, in one transaction, changing only rows that differ."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from perennial.as_of import snapshot_at
from perennial.database import Role, connect
from perennial.lifecycle import load_lifecycle
from perennial.tables import PREDICTIONS_SCORES
from training.evaluation.value_status import ValueStatus
from training.explanation.reasons import ScoreReason


@dataclass(frozen=True)
class Score:
    """One customer's score: a probability, or a value in the brand's currency and expected orders over the horizon.

    `status`: of the value; a withheld one orders customers, and is not published. None for probabilities.
    """

    customer_id: str
    stage: str
    probability: float | None
    value: float | None
    expected_orders: float | None
    reasons: list[ScoreReason]
    model_version: str
    status: ValueStatus | None = None

    def to_row(self) -> list[Any]:
        """The row of the draft."""
        amounts: list[float | None] = [self.probability, self.value, self.expected_orders]
        rank_by = self.value if self.probability is None else self.probability
        if self.status is ValueStatus.WITHHELD:
            amounts = [None, None, None]
        reasons = Jsonb([asdict(reason) for reason in self.reasons])
        return [self.customer_id, self.stage, *amounts, rank_by, self.status, reasons, self.model_version]


@dataclass(frozen=True)
class InterceptUpdate:
    """The shift in log odds that the newest day's scores carry."""

    as_of: date
    log_odds: float


_CREATE_DRAFT = """
    create temporary table scores_draft (
        customer_id text primary key,
        stage text not null,
        probability double precision,
        value double precision,
        expected_orders double precision,
        rank_by double precision,
        status text,
        reasons jsonb not null,
        model_version text not null
    ) on commit drop
"""
_COPY_DRAFT = (
    "copy scores_draft "
    "(customer_id, stage, probability, value, expected_orders, rank_by, status, reasons, model_version) from stdin"
)
_DELETE_GONE = f"""
    delete from {PREDICTIONS_SCORES} as known
    where model = %(model)s and as_of = %(as_of)s
        and not exists (select from scores_draft where scores_draft.customer_id = known.customer_id)
"""
_CONTENT = (
    "as_of_at, stage, probability, value, expected_orders, percentile, band, reasons, model_version, intercept_update, "
    "status"
)
_COLUMNS = f"model, as_of, customer_id, {_CONTENT}"


def _listed(row: str) -> str:
    return ", ".join(f"{row}.{name.strip()}" for name in _CONTENT.split(","))


# Ties get the middle of their ranks: equal scores of everyone are the 50th percentile, not the first or the last.
_UPSERT = f"""
    with ranked as (
        select
            *,
            (rank() over (order by rank_by) - 1
                + count(*) over (partition by rank_by) / 2.0) / count(*) over () as percentile
        from scores_draft
    )
    insert into {PREDICTIONS_SCORES} as known ({_COLUMNS})
    select
        %(model)s, %(as_of)s, customer_id, %(as_of_at)s, stage, probability, value, expected_orders, percentile,
        case when percentile >= %(high)s then 'high' when percentile >= %(medium)s then 'medium' else 'low' end,
        reasons, model_version, %(intercept_update)s::double precision, status
    from ranked
    on conflict (model, as_of, customer_id) do update set ({_CONTENT}, scored_at) = ({_listed("excluded")}, now())
    where ({_listed("known")}) is distinct from ({_listed("excluded")})
"""


def create_draft(connection: psycopg.Connection[Any]) -> None:
    """There is an empty draft of one model and day, dropped with the transaction."""
    connection.execute(_CREATE_DRAFT)


def add_to_draft(connection: psycopg.Connection[Any], scores: Iterable[Score]) -> None:
    """The draft holds these scores too."""
    with connection.cursor() as cursor, cursor.copy(_COPY_DRAFT) as copy:
        for score in scores:
            copy.write_row(score.to_row())


def publish_draft(connection: psycopg.Connection[Any], model: str, as_of: date, intercept_update: float | None) -> int:
    """The table holds exactly the draft for this model and day; returns the number of rows that had to change."""
    medium, high = load_lifecycle().audiences.band_quantiles
    keys = {"model": model, "as_of": as_of, "as_of_at": snapshot_at(as_of), "intercept_update": intercept_update}
    values = {**keys, "medium": medium, "high": high}
    deleted = connection.execute(_DELETE_GONE, values).rowcount
    return deleted + connection.execute(_UPSERT, values).rowcount


def newest_intercept_update(model: str) -> InterceptUpdate | None:
    """The update of the newest day that was scored with one; None where there is none."""
    statement = f"""
        select as_of, intercept_update from {PREDICTIONS_SCORES}
        where model = %s and intercept_update is not null order by as_of desc limit 1
    """
    with connect(Role.READER) as connection:
        row = connection.execute(statement, [model]).fetchone()
    return InterceptUpdate(*row) if row else None
