"""`predictions.evaluations`: every training attempt, what it concluded, and how good the model was on held-out rows."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg.types.json import Jsonb

from perennial.database import Role, connect
from perennial.tables import PREDICTIONS_EVALUATIONS

NO_VERSION = "none"
"""The version named when a training made no model."""

_UPSERT = f"""
    insert into {PREDICTIONS_EVALUATIONS} as known (model, model_version, as_of, outcome, message, metrics)
    values (%s, %s, %s, %s, %s, %s)
    on conflict (model, as_of, model_version) do update
        set outcome = excluded.outcome, message = excluded.message, metrics = excluded.metrics, evaluated_at = now()
        where (known.outcome, known.message, known.metrics)
            is distinct from (excluded.outcome, excluded.message, excluded.metrics)
"""
_SELECT = (
    f"select model, model_version, as_of, outcome, message, metrics from {PREDICTIONS_EVALUATIONS} where model = %s"
)


@dataclass(frozen=True)
class Attempt:
    """One training. `metrics` is empty when no model came of it."""

    model: str
    version: str
    as_of: date
    outcome: str
    message: str
    metrics: dict[str, Any]


def record_attempt(attempt: Attempt) -> None:
    """Write it down once; a repetition that concludes the same changes nothing, its time included."""
    values = [attempt.model, attempt.version, attempt.as_of, attempt.outcome, attempt.message, Jsonb(attempt.metrics)]
    with connect(Role.PUBLISHER) as connection:
        connection.execute(_UPSERT, values)


def attempts(model: str, since: date = date.min, until: date = date.max) -> list[Attempt]:
    """The attempts for days after `since` up to `until`, oldest day first."""
    statement = f"{_SELECT} and as_of > %s and as_of <= %s order by as_of, evaluated_at"
    with connect(Role.READER) as connection:
        return [Attempt(*row) for row in connection.execute(statement, [model, since, until])]


def attempt_of(model: str, version: str) -> Attempt | None:
    """How the model of a version came to be."""
    with connect(Role.READER) as connection:
        row = connection.execute(
            f"{_SELECT} and model_version = %s order by as_of desc limit 1", [model, version]
        ).fetchone()
    return Attempt(*row) if row else None
