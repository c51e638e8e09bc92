"""`predictions.evaluations`: every training attempt, its outcome, and how good the model is on held-out rows."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg.types.json import Jsonb

from perennial.database import Role, connect
from perennial.tables import PREDICTIONS_EVALUATIONS
from training.evaluation.training_summary import TrainingSummary

NO_VERSION = "none"
"""The version named when a training gave no model."""

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
    """One training. `outcome`: "trained" or "no_model"; `summary` None where it gave no model."""

    model: str
    version: str
    as_of: date
    outcome: str
    message: str
    summary: TrainingSummary | None

    def to_dict(self) -> dict[str, Any]:
        """The attempt as JSON holds it, the summary under the name of its column."""
        return {
            "model": self.model,
            "version": self.version,
            "as_of": self.as_of,
            "outcome": self.outcome,
            "message": self.message,
            "metrics": self.summary.to_json() if self.summary else {},
        }


def record_attempt(attempt: Attempt) -> None:
    """The attempt is in the table once; a repetition with the same result changes nothing, its time included."""
    content = attempt.to_dict()
    keys = [content[name] for name in ("model", "version", "as_of", "outcome", "message")]
    with connect(Role.PUBLISHER) as connection:
        connection.execute(_UPSERT, [*keys, Jsonb(content["metrics"])])


def attempts(model: str, since: date = date.min, until: date = date.max) -> list[Attempt]:
    """The attempts for days after `since` up to `until`, oldest day first."""
    statement = f"{_SELECT} and as_of > %s and as_of <= %s order by as_of, evaluated_at"
    with connect(Role.READER) as connection:
        return [_attempt(*row) for row in connection.execute(statement, [model, since, until])]


def attempt_of(model: str, version: str) -> Attempt | None:
    """The newest attempt that gave this version; None where none is recorded."""
    with connect(Role.READER) as connection:
        row = connection.execute(
            f"{_SELECT} and model_version = %s order by as_of desc limit 1", [model, version]
        ).fetchone()
    return _attempt(*row) if row else None


def _attempt(model: str, version: str, as_of: date, outcome: str, message: str, metrics: dict[str, Any]) -> Attempt:
    return Attempt(model, version, as_of, outcome, message, TrainingSummary.from_json(metrics) if metrics else None)
