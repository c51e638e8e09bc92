"""Who is champion, who was, and the hands that change it.

`predictions.promotions` is the truth; MLflow's aliases follow it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from perennial.as_of import newest_event_day
from perennial.database import Role, connect
from perennial.lifecycle import load_lifecycle
from perennial.tables import EXPERIMENTS_DRIFT, PREDICTIONS_PROMOTIONS
from training.promotion.rule import Decision
from training.registry.attempts import NO_VERSION, attempts
from training.registry.versions import CHALLENGER, CHAMPION, point_alias, require_version
from training.specs import Spec


class NothingToRollBackError(RuntimeError):
    """There was no champion before this one."""


@dataclass(frozen=True)
class Promotion:
    """One decision about who is champion."""

    model: str
    version: str
    previous_version: str | None
    action: str
    as_of: date
    evidence: dict[str, Any]
    decided_at: datetime

    def __str__(self) -> str:
        reign = f"version {self.champion_after} is champion" if self.champion_after else "there is no champion"
        return (
            f"{self.model}: {reign} ({self.action.replace('_', ' ')} version {self.version}: {self.evidence['reason']})"
        )

    @property
    def champion_after(self) -> str | None:
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
    """The version that speaks for a model now, or spoke for it on an earlier day; None when there is none.

    A day before the first decision is spoken for by today's champion: nobody else could.
    """
    decided = promotions(model)
    before = [made for made in decided if made.action != "kept" and as_of is not None and made.as_of <= as_of]
    if before:
        # Of those decided for the same day, the later one: max keeps the first it meets.
        return max(reversed(before), key=lambda made: made.as_of).version
    return decided[-1].champion_after if decided else None


def promote(model: str, version: str) -> Promotion:
    """`version` is champion from now on, by hand; nothing changes when it is already. Raises NoSuchVersionError."""
    require_version(model, version)
    with only_one(model):
        if champion(model) != version:
            record(model, _by_hand("promoted_by_hand", "promoted by hand"), version, newest_event_day())
        follow_promotions(model)
        return _latest_of(model)


def rollback(model: str) -> Promotion:
    """The champion before this one is champion again. Raises NothingToRollBackError when there was none.

    Rolling back twice goes back two champions, not to and fro.
    """
    with only_one(model):
        reign: list[str] = []
        for made in promotions(model):
            if made.action == "rolled_back":
                reign.pop()
            elif made.action != "kept":
                reign.append(made.version)
        if len(reign) < len(("before", "now")):
            raise NothingToRollBackError(f"{model} has had no other champion, so there is nothing to roll back to.")
        record(model, _by_hand("rolled_back", f"rolled back from version {reign[-1]}"), reign[-2], newest_event_day())
        follow_promotions(model)
        return _latest_of(model)


def _by_hand(action: str, reason: str) -> Decision:
    return Decision(action, reason, {"reason": reason})


def record(model: str, decision: Decision, version: str, as_of: date) -> None:
    """Write a decision down; the caller holds `only_one`."""
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
    """MLflow's aliases say what the promotions say, also after a kill between the two."""
    decided = promotions(model)
    if not decided:
        return
    point_alias(model, CHAMPION, decided[-1].champion_after)
    point_alias(model, CHALLENGER, decided[-1].version if decided[-1].action == "kept" else None)


def is_due(spec: Spec, as_of: date) -> bool:
    """Whether to train; `why_due` says why."""
    return why_due(spec, as_of) is not None


def why_due(spec: Spec, as_of: date) -> str | None:
    """Why to train, in words, or None: no champion yet, no attempt within `training.retrain_after_days`, one left
    undecided, or drift beyond its threshold measured since the last attempt (`experiments.drift`).
    """
    if champion(spec.name) is None:
        return "there is no champion yet"
    days = load_lifecycle().training.retrain_after_days
    tried = attempts(spec.name, as_of - timedelta(days=days), as_of)
    if not tried:
        return f"nothing was trained within {days} days"
    if not {attempt.version for attempt in tried} <= {made.version for made in promotions(spec.name)} | {NO_VERSION}:
        return "the last training was left undecided"
    return _drift_since(spec.name, tried[-1].as_of, as_of)


def _drift_since(model: str, trained: date, as_of: date) -> str | None:
    statement = f"""
        select feature, stability_index, threshold, reference_on from {EXPERIMENTS_DRIFT}
        where model = %s and is_drifted and as_of > %s and as_of <= %s
        order by as_of desc, what = 'prediction' desc, stability_index desc limit 1
    """
    with connect(Role.READER) as connection:
        row = connection.execute(statement, [model, trained, as_of]).fetchone()
    if row is None:
        return None
    feature, index, threshold, reference_on = row
    return f"{feature} has drifted by {index:.2f} since {reference_on} (threshold {threshold:.2f})"


@contextmanager
def only_one(model: str) -> Iterator[None]:
    """One decision about a model at a time, whoever asks; let go when the process dies."""
    with connect(Role.PUBLISHER, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(hashtextextended(%s, 0))", [f"training.{model}"])
        yield


def _latest_of(model: str) -> Promotion:
    return promotions(model)[-1]
