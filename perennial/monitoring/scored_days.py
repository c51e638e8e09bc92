"""Which scored days can be compared with what happened by a moment, and which cannot yet, or never."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import psycopg

from perennial.horizons import horizon_days
from perennial.stages import PredictionKind
from perennial.tables import PREDICTIONS_EVALUATIONS, PREDICTIONS_SCORES, marts_label

OUT_OF_SAMPLE_SQL = f"""
    exists (
        select from {PREDICTIONS_EVALUATIONS} as trained
        where trained.model = scores.model
            and trained.model_version = scores.model_version
            and trained.as_of <= scores.as_of
    )
"""
"""Whether a row of `scores` is out of sample in time: its version was trained without data from after its day."""

_SCORED_SQL = f"""
    select
        scores.as_of,
        bool_or(scores.probability is null) as is_value,
        bool_or({OUT_OF_SAMPLE_SQL}) as is_out_of_sample
    from {PREDICTIONS_SCORES} as scores
    where scores.model = %s and scores.as_of <= %s
    group by scores.as_of
    order by scores.as_of
"""


@dataclass(frozen=True)
class ScoredDays:
    """A model's scored days up to `as_of`.

    `closed`: the whole horizon was observed. `pending`: not yet. `unlabelled`: it was, but the warehouse keeps the
    outcomes of weekly snapshots (Sundays) only. `look_ahead`: scored by a version trained later, so nothing was
    predicted.
    """

    model: str
    kind: PredictionKind
    horizon_days: int
    as_of: date
    closed: tuple[date, ...]
    pending: tuple[date, ...]
    unlabelled: tuple[date, ...]
    look_ahead: tuple[date, ...]

    @property
    def why_unmeasured(self) -> str:
        """Why nothing can be measured, in a sentence."""
        if self.pending:
            days = (self.pending[0] + timedelta(days=self.horizon_days) - self.as_of).days
            return f"cannot tell yet: {days} day{'s' if days != 1 else ''} until the horizon closes"
        if self.unlabelled:
            return "cannot tell: scored on no Sunday, and outcomes are kept of Sundays: `perennial run --as-of DATE`"
        if self.look_ahead:
            return "cannot tell yet: the days scored lie before the model was trained, which is no prediction"
        return "cannot tell yet: nobody has been scored"


def read_scored_days(connection: psycopg.Connection[Any], model: str, as_of: date) -> ScoredDays:
    """The scored days of a model, by what is known of their outcomes at the end of `as_of`."""
    horizon = horizon_days(model)
    scored = connection.execute(_SCORED_SQL, [model, as_of]).fetchall()
    labelled = _labelled_days(connection, model, horizon, as_of)
    out_of_sample = [day for day, _, is_out_of_sample in scored if is_out_of_sample]
    over = [day for day in out_of_sample if day + timedelta(days=horizon) <= as_of]
    return ScoredDays(
        model=model,
        kind=PredictionKind.VALUE if any(is_value for _, is_value, _ in scored) else PredictionKind.PROBABILITY,
        horizon_days=horizon,
        as_of=as_of,
        closed=tuple(day for day in over if day in labelled),
        pending=tuple(day for day in out_of_sample if day not in over),
        unlabelled=tuple(day for day in over if day not in labelled),
        look_ahead=tuple(day for day, _, is_out_of_sample in scored if not is_out_of_sample),
    )


def _labelled_days(connection: psycopg.Connection[Any], model: str, horizon: int, as_of: date) -> set[date]:
    if connection.execute("select to_regclass(%s)", [marts_label(model)]).fetchone() == (None,):
        return set()
    found = connection.execute(
        f"select distinct snapshot_on from {marts_label(model)} where horizon_days = %s and snapshot_on <= %s",
        [horizon, as_of - timedelta(days=horizon)],
    )
    return {day for (day,) in found}
