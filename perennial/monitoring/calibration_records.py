"""`experiments.calibration`: what each model predicted beside what happened, written and read back."""

from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from perennial.monitoring.scored_days import ScoredDays
from perennial.monitoring.stage_calibration import PopulationCalibration
from perennial.statistics import Interval
from perennial.tables import EXPERIMENTS_CALIBRATION

POINTS = 100.0


@dataclass(frozen=True)
class CalibrationRecord:
    """One row of the table. Points are 100 x probability, or percent of the mean realised value."""

    model: str
    stage: str
    scored_from: date
    scored_to: date
    population: str
    method: str
    kind: str
    horizon_days: int
    model_versions: list[str]
    count_rows: int
    count_customers: int
    effective_customers: float
    share_messaged: float
    predicted: float
    realised: float
    gap: float
    gap_low: float
    gap_high: float
    difference: float
    difference_low: float
    difference_high: float
    error: float
    error_low: float
    error_high: float
    error_floor: float
    slope: float | None
    slope_low: float | None
    slope_high: float | None
    intercept: float | None
    intercept_low: float | None
    intercept_high: float | None
    bias: float | None
    bias_low: float | None
    bias_high: float | None
    bins: list[dict[str, Any]]

    @property
    def is_one_day(self) -> bool:
        return self.scored_from == self.scored_to


_COLUMNS = [column.name for column in fields(CalibrationRecord)]
_KEY = ("model", "stage", "scored_from", "scored_to", "population")
_CONTENT = [name for name in _COLUMNS if name not in _KEY]


def as_record(days: ScoredDays, measured: PopulationCalibration) -> CalibrationRecord:
    """What was measured, in points."""
    calibration, line = measured.calibration, measured.line
    return CalibrationRecord(
        model=days.model,
        stage=measured.stage,
        scored_from=measured.scored_from,
        scored_to=measured.scored_to,
        population=measured.population.value,
        method=measured.method.value,
        kind=days.kind.value,
        horizon_days=days.horizon_days,
        model_versions=list(measured.model_versions),
        count_rows=calibration.rows,
        count_customers=calibration.customers,
        effective_customers=measured.effective_customers,
        share_messaged=measured.share_messaged,
        predicted=calibration.predicted,
        realised=calibration.observed,
        error_floor=POINTS * calibration.floor,
        bins=[asdict(part) for part in calibration.bins],
        **_interval_columns("gap", calibration.gap, POINTS),
        **_interval_columns("difference", calibration.difference, POINTS),
        **_interval_columns("error", calibration.error, POINTS),
        **_interval_columns("slope", line.slope if line else None),
        **_interval_columns("intercept", line.intercept if line else None),
        **_interval_columns("bias", measured.bias, POINTS),
    )


def _interval_columns(name: str, interval: Interval | None, unit: float = 1.0) -> dict[str, Any]:
    names = (name, f"{name}_low", f"{name}_high")
    if interval is None:
        return dict.fromkeys(names)
    return dict(zip(names, (unit * interval.estimate, unit * interval.low, unit * interval.high), strict=True))


def write_records(
    connection: psycopg.Connection[Any], model: str, since: date, records: list[CalibrationRecord]
) -> int:
    """The table holds exactly these for the days from `since` on; returns how many rows changed.

    Spans that ended on an earlier day stay: they are what was known then.
    """
    last = max((record.scored_to for record in records), default=since)
    kept = [tuple(getattr(record, name) for name in _KEY[1:]) for record in records]
    known = connection.execute(_KNOWN_KEYS_SQL, {"model": model, "since": since, "last": last}).fetchall()
    gone = [key for key in known if key not in kept]
    with connection.cursor() as cursor:
        cursor.executemany(_DELETE_SQL, [(model, *key) for key in gone])
    changed = [connection.execute(_UPSERT_SQL, _values(record)).rowcount for record in records]
    return len(gone) + sum(changed)


def _values(record: CalibrationRecord) -> dict[str, Any]:
    return {name: Jsonb(value) if name == "bins" else value for name, value in vars(record).items()}


def read_records(connection: psycopg.Connection[Any], model: str, until: date) -> list[CalibrationRecord]:
    """Every row whose horizon had closed by the end of `until`, oldest first."""
    statement = f"""
        select {", ".join(_COLUMNS)} from {EXPERIMENTS_CALIBRATION}
        where model = %s and scored_to + horizon_days <= %s
        order by scored_to, scored_from desc, stage, population
    """
    with connection.cursor(row_factory=class_row(CalibrationRecord)) as cursor:
        return cursor.execute(statement.encode(), [model, until]).fetchall()


_KNOWN_KEYS_SQL = f"""
    select {", ".join(_KEY[1:])} from {EXPERIMENTS_CALIBRATION}
    where
        model = %(model)s and scored_from >= %(since)s and scored_to <= %(last)s
        and (scored_from = scored_to or scored_to = %(last)s)
"""
_DELETE_SQL = (
    f"delete from {EXPERIMENTS_CALIBRATION} "
    "where model = %s and stage = %s and scored_from = %s and scored_to = %s and population = %s"
)
_UPSERT_SQL = f"""
    insert into {EXPERIMENTS_CALIBRATION} as known ({", ".join(_COLUMNS)})
    values ({", ".join(f"%({name})s" for name in _COLUMNS)})
    on conflict ({", ".join(_KEY)}) do update
        set ({", ".join(_CONTENT)}, measured_at) = ({", ".join(f"excluded.{name}" for name in _CONTENT)}, now())
        where ({", ".join(f"known.{name}" for name in _CONTENT)})
            is distinct from ({", ".join(f"excluded.{name}" for name in _CONTENT)})
"""
