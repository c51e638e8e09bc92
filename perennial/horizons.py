"""How many days ahead each model looks, as its labels do (`marts.horizons`), and when that should change."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import class_row

from perennial.database import Role, connect
from perennial.lifecycle import load_lifecycle
from perennial.models import load_models
from perennial.tables import MARTS_HORIZONS, PREDICTIONS_HORIZONS

BY_HAND = "lifecycle.yml"
FIXED = "first champion"
MOST_CHANGE = 1 / 3
"""A fixed horizon that today's cadence would change by more, as a share of it, is announced."""


@dataclass(frozen=True)
class Horizon:
    """How far a model looks. `decided_by`: "lifecycle.yml", "first champion" (fixed then), "cadence" or "default".

    `following_days`: how far it would look by today's `usual_gap_days` (both None: the cadence is not known). Fixed as
    of `fixed_as_of`, from a usual gap of `fixed_usual_gap_days` (None: not known then).
    """

    model: str
    horizon_days: int
    decided_by: str
    following_days: int | None = None
    usual_gap_days: float | None = None
    fixed_as_of: date | None = None
    fixed_usual_gap_days: float | None = None

    @property
    def announcement(self) -> str | None:
        """What a person should decide: the fixed horizon no longer fits the cadence. None where it does."""
        following = self.following_days
        if self.decided_by != FIXED or not following:
            return None
        if abs(following - self.horizon_days) <= MOST_CHANGE * self.horizon_days:
            return None
        known = f", when the usual gap was {self.fixed_usual_gap_days:g} days" if self.fixed_usual_gap_days else ""
        return (
            f"{self.model} looks {self.horizon_days} days ahead, fixed as of {self.fixed_as_of}{known}. "
            f"By today's usual gap of {self.usual_gap_days:g} days it would look {following}: "
            f"`horizons_days: {{{self.model}: {following}}}` in lifecycle.yml changes it, and builds the labels again."
        )


def read_horizons(connection: psycopg.Connection[Any]) -> dict[str, Horizon]:
    """Each model's horizon by its name; before the marts are built, as `lifecycle.yml` or the label's contract says."""
    by_hand = load_lifecycle().horizons_days
    found = {
        name: Horizon(name, by_hand.get(name, label.horizon_days), BY_HAND if name in by_hand else "default")
        for name, label in load_models().items()
    }
    if connection.execute("select to_regclass(%s)", [MARTS_HORIZONS]).fetchone() == (None,):
        return found
    with connection.cursor(row_factory=class_row(Horizon)) as cursor:
        cursor.execute(f"select {', '.join(Horizon.__dataclass_fields__)} from {MARTS_HORIZONS}".encode())
        return found | {horizon.model: horizon for horizon in cursor}


def horizon_days(model: str) -> int:
    """The horizon in force of one model."""
    with connect(Role.READER) as connection:
        return read_horizons(connection)[model].horizon_days


def announcements() -> list[str]:
    """Every horizon that should change, in a sentence each."""
    with connect(Role.READER) as connection:
        return [words for horizon in read_horizons(connection).values() if (words := horizon.announcement)]


def fix_horizon(model: str, trained_days: int, as_of: date) -> None:
    """The model looks as far as its first champion was trained to; nothing changes where that is fixed or by hand."""
    with connect(Role.PUBLISHER) as connection:
        horizon = read_horizons(connection)[model]
        if horizon.decided_by == BY_HAND:
            return
        connection.execute(
            f"insert into {PREDICTIONS_HORIZONS} (model, horizon_days, usual_gap_days, as_of) values (%s, %s, %s, %s) "
            "on conflict (model) do nothing",
            [model, trained_days, horizon.usual_gap_days, as_of],
        )
