"""Drift: how far customers and predictions have moved since the newest training."""

import time
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import psycopg

from perennial.database import Role, connect
from perennial.features import read_contract, read_query
from perennial.models import load_models
from perennial.monitoring.population_stability import Shift, measure_shift
from perennial.monitoring.snapshots import ReferenceWindow, choose_predictions, choose_snapshots, read_snapshot
from perennial.tables import EXPERIMENTS_DRIFT, PREDICTIONS_SCORES

if TYPE_CHECKING:
    import pandas as pd

PREDICTION = "prediction"


@dataclass(frozen=True)
class Drift:
    """One feature, or the model's prediction (`what`), then and now."""

    model: str
    what: str
    feature: str
    window: ReferenceWindow
    shift: Shift

    def __str__(self) -> str:
        index, threshold = self.shift.index, self.shift.threshold
        return f"{self.feature} moved by {index:.2f} since {self.window.reference_on} (threshold {threshold:.2f})"


@dataclass(frozen=True)
class DriftReport:
    """Every model's drift at the end of `as_of`."""

    as_of: date
    drifts: list[Drift]
    seconds: float

    @property
    def drifted(self) -> list[Drift]:
        """What lies above its threshold, largest index first."""
        return sorted((one for one in self.drifts if one.shift.is_drifted), key=lambda one: -one.shift.index)

    def __str__(self) -> str:
        lines = [f"{one.model}: {one}" for one in self.drifted] or ["nothing has drifted"]
        measured = len({one.model for one in self.drifts})
        return "\n".join([*lines, f"{measured} models compared as of {self.as_of} ({self.seconds:.1f} s)"])


def measure_drift(as_of: date) -> DriftReport:
    """`experiments.drift` holds, for each model, how far its features and predictions have moved by the end of `as_of`.

    Compared are the customers of the model's stage on the snapshot of its newest training and on the newest one up to
    `as_of`; predictions of one version among themselves. A calendar column, the same for everyone on a day, is no
    feature of customers and left out. A model's rows are written in one transaction, and the same when repeated.
    """
    started = time.monotonic()
    drifts = [drift for model in load_models() for drift in _measure_model(model, as_of)]
    return DriftReport(as_of, drifts, time.monotonic() - started)


def _measure_model(model: str, as_of: date) -> list[Drift]:
    with connect(Role.PUBLISHER) as connection:
        drifts = [*_data_drifts(connection, model, as_of), *_prediction_drifts(connection, model, as_of)]
        connection.execute(_DELETE_SQL, [model, as_of, [drift.feature for drift in drifts]])
        with connection.cursor() as cursor:
            cursor.executemany(_UPSERT_SQL, [_values(drift, as_of) for drift in drifts])
    return drifts


def _data_drifts(connection: psycopg.Connection[Any], model: str, as_of: date) -> list[Drift]:
    names = [column.name for column in read_contract().features]
    compared = choose_snapshots(connection, model, as_of)
    if compared is None:
        return []
    before, now = (read_snapshot(connection, model, day, names) for day in compared)
    varying = [str(name) for name in before if not _is_calendar(before[name], now[name])]
    window = ReferenceWindow(*compared, len(before), len(now))
    shifts = {name: measure_shift(before[name], now[name], len(varying)) for name in varying}
    return [Drift(model, "data", name, window, shift) for name, shift in shifts.items() if shift is not None]


def _is_calendar(before: "pd.Series[Any]", now: "pd.Series[Any]") -> bool:
    return len(before.unique()) <= 1 and len(now.unique()) <= 1


def _prediction_drifts(connection: psycopg.Connection[Any], model: str, as_of: date) -> list[Drift]:
    compared = choose_predictions(connection, model, as_of)
    if compared is None:
        return []
    before, now = (_predictions(connection, model, day) for day in compared)
    shift = measure_shift(before, now)
    window = ReferenceWindow(*compared, len(before), len(now))
    return [] if shift is None else [Drift(model, PREDICTION, PREDICTION, window, shift)]


def _predictions(connection: psycopg.Connection[Any], model: str, day: date) -> "pd.Series[Any]":
    query = (
        f"select coalesce(probability, value) as predicted from {PREDICTIONS_SCORES} "
        f"where model = '{model}' and as_of = '{day.isoformat()}' and coalesce(probability, value) is not null"
    )
    predicted: pd.Series[Any] = read_query(connection, query).to_pandas()["predicted"]
    return predicted


def _values(drift: Drift, as_of: date) -> list[Any]:
    window, shift = drift.window, drift.shift
    return [
        *(drift.model, as_of, drift.what, drift.feature),
        *(window.reference_on, window.current_on, window.count_reference, window.count_current),
        *(shift.index, shift.threshold, shift.is_drifted),
    ]


_DELETE_SQL = f"delete from {EXPERIMENTS_DRIFT} where model = %s and as_of = %s and feature <> all(%s)"
_KEY = ("model", "as_of", "what", "feature")
_CONTENT = (
    *("reference_on", "current_on", "count_reference", "count_current"),
    *("stability_index", "threshold", "is_drifted"),
)
_UPSERT_SQL = f"""
    insert into {EXPERIMENTS_DRIFT} as known ({", ".join((*_KEY, *_CONTENT))})
    values ({", ".join(["%s"] * len((*_KEY, *_CONTENT)))})
    on conflict ({", ".join(_KEY)}) do update
        set ({", ".join(_CONTENT)}, measured_at) = ({", ".join(f"excluded.{name}" for name in _CONTENT)}, now())
        where ({", ".join(f"known.{name}" for name in _CONTENT)})
            is distinct from ({", ".join(f"excluded.{name}" for name in _CONTENT)})
"""
