"""Who is champion and who was. `predictions.promotions` is the source; MLflow's aliases follow it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg.types.json import Jsonb

from perennial.database import Role, connect
from perennial.tables import PREDICTIONS_PROMOTIONS
from training.promotion.rule import Decision
from training.registry.versions import CHALLENGER, CHAMPION, point_alias


@dataclass(frozen=True)
class Promotion:
    """One decision about who is champion. `evidence`: its reason, and the intervals that the gate compared."""

    model: str
    version: str
    previous_version: str | None
    action: str
    as_of: date
    evidence: dict[str, Any]
    decided_at: datetime

    def __str__(self) -> str:
        state = f"version {self.champion_after} is champion" if self.champion_after else "there is no champion"
        return (
            f"{self.model}: {state} ({self.action.replace('_', ' ')} version {self.version}: {self.evidence['reason']})"
        )

    @property
    def champion_after(self) -> str | None:
        """The version that is champion after this decision."""
        return self.previous_version if self.action == "kept" else self.version


def promotions(model: str) -> list[Promotion]:
    """Every decision about a model, oldest first."""
    statement = (
        "select model, model_version, previous_version, action, as_of, evidence, decided_at "
        f"from {PREDICTIONS_PROMOTIONS} where model = %s order by promotion_id"
    )
    with connect(Role.READER) as connection:
        return [Promotion(*row) for row in connection.execute(statement, [model])]


def champion(model: str, as_of: date | None = None) -> str | None:
    """The version that scores for a model now, or as of an earlier day; None when there is none.

    Days before the first decision are scored by today's champion: there was no other.
    """
    decisions = promotions(model)
    before = [one for one in decisions if one.action != "kept" and as_of is not None and one.as_of <= as_of]
    if before:
        # Of those decided for the same day, the later one: max keeps the first it meets.
        return max(reversed(before), key=lambda one: one.as_of).version
    return decisions[-1].champion_after if decisions else None


def record(model: str, decision: Decision, version: str, as_of: date) -> None:
    """The decision about `version` is in the table. The caller holds `lock_decisions`."""
    statement = (
        f"insert into {PREDICTIONS_PROMOTIONS} (model, model_version, previous_version, action, as_of, evidence) "
        "values (%s, %s, %s, %s, %s, %s)"
    )
    with connect(Role.PUBLISHER) as connection:
        connection.execute(
            statement,
            [model, version, champion(model), decision.action, as_of, Jsonb(decision.evidence)],
        )


def follow_promotions(model: str) -> None:
    """MLflow's aliases equal the newest decision, also after a process was killed between the two."""
    decisions = promotions(model)
    if not decisions:
        return
    newest = decisions[-1]
    point_alias(model, CHAMPION, newest.champion_after)
    point_alias(model, CHALLENGER, newest.version if newest.action == "kept" else None)


@contextmanager
def lock_decisions(model: str) -> Iterator[None]:
    """One decision about a model at a time, across processes; released when the process dies."""
    with connect(Role.PUBLISHER, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(hashtextextended(%s, 0))", [f"training.{model}"])
        yield
