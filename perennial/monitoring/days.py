"""Which scored days can be held against what happened by a moment, and which cannot yet, or never."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import psycopg

from perennial.lifecycle import load_lifecycle
from perennial.stages import Model, PredictionKind
from perennial.tables import PREDICTIONS_EVALUATIONS, PREDICTIONS_SCORES, marts_label

FOREHAND_SQL = f"""
    exists (
        select from {PREDICTIONS_EVALUATIONS} as made
        where made.model = scores.model and made.model_version = scores.model_version and made.as_of <= scores.as_of
    )
"""
"""Whether a row of `scores` was predicted by a version that was made without knowing what came after its day."""

_SCORED_SQL = f"""
    select
        scores.as_of,
        bool_or(scores.value is not null) as is_value,
        bool_or({FOREHAND_SQL}) as is_forehand
    from {PREDICTIONS_SCORES} as scores
    where scores.model = %s and scores.as_of <= %s
    group by scores.as_of
    order by scores.as_of
"""


@dataclass(frozen=True)
class Days:
    """A model's scored days up to a moment.

    `closed`: the whole horizon was observed. `waiting`: it was not, yet. `unlabelled`: it was, but the warehouse keeps
    the outcomes of weekly snapshots (Sundays) only.
    `hindsight`: scored by a version that was made later, so that nothing was predicted.
    """

    model: Model
    kind: PredictionKind
    horizon_days: int
    as_of: date
    closed: tuple[date, ...]
    waiting: tuple[date, ...]
    unlabelled: tuple[date, ...]
    hindsight: tuple[date, ...]

    @property
    def why_nothing(self) -> str:
        """Why nothing can be told, in words."""
        if self.waiting:
            days = (self.waiting[0] + timedelta(days=self.horizon_days) - self.as_of).days
            return f"cannot tell yet: {days} day{'s' if days != 1 else ''} until the horizon closes"
        if self.unlabelled:
            return "cannot tell: scored on no Sunday, and outcomes are kept of Sundays. `perennial run --as-of` one"
        if self.hindsight:
            return "cannot tell yet: the days scored lie before the model was trained, which is no prediction"
        return "cannot tell yet: nobody has been scored"


def list_days(connection: psycopg.Connection[Any], model: Model, as_of: date) -> Days:
    """The scored days of a model, sorted by what can be known of them at the end of `as_of`."""
    horizon = load_lifecycle().horizons_days[model]
    scored = connection.execute(_SCORED_SQL, [model, as_of]).fetchall()
    labelled = _labelled_days(connection, model, horizon, as_of)
    forehand = [day for day, _, is_forehand in scored if is_forehand]
    over = [day for day in forehand if day + timedelta(days=horizon) <= as_of]
    return Days(
        model=model,
        kind=PredictionKind.VALUE if any(is_value for _, is_value, _ in scored) else PredictionKind.PROBABILITY,
        horizon_days=horizon,
        as_of=as_of,
        closed=tuple(day for day in over if day in labelled),
        waiting=tuple(day for day in forehand if day not in over),
        unlabelled=tuple(day for day in over if day not in labelled),
        hindsight=tuple(day for day, _, is_forehand in scored if not is_forehand),
    )


def _labelled_days(connection: psycopg.Connection[Any], model: Model, horizon: int, as_of: date) -> set[date]:
    if connection.execute("select to_regclass(%s)", [marts_label(model)]).fetchone() == (None,):
        return set()
    found = connection.execute(
        f"select distinct snapshot_on from {marts_label(model)} where horizon_days = %s and snapshot_on <= %s",
        [horizon, as_of - timedelta(days=horizon)],
    )
    return {day for (day,) in found}
