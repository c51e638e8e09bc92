"""The door that holds every prediction against what happened, once its horizon has closed."""

import time
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
import psycopg

from perennial.database import Role, connect
from perennial.monitoring.days import Days, list_days
from perennial.monitoring.outcomes import read_outcomes
from perennial.monitoring.records import Record, as_record, write_records
from perennial.monitoring.stage_calibration import measure_stage
from perennial.monitoring.summary import tell_gap
from perennial.stages import Model
from perennial.statistics import Population
from perennial.tables import MARTS_MESSAGES

SPAN_DAYS = 91
"""The headline pools the scored days of so many days up to the last one whose horizon has closed."""


class MartsMissingError(RuntimeError):
    """There are no marts to compare with; the message names the command that builds them."""


@dataclass(frozen=True)
class ModelRealised:
    """What one model's measuring came to. `told`: a sentence for each stage, or why nothing can be told."""

    model: str
    count_days: int
    count_rows: int
    count_changed: int
    told: list[str]


@dataclass(frozen=True)
class RealisedReport:
    """Every model's predictions beside what was realised by the end of `as_of`."""

    as_of: date
    models: list[ModelRealised]
    seconds: float

    def __str__(self) -> str:
        lines = [f"{one.model}: {told}" for one in self.models for told in one.told]
        return "\n".join([*lines, f"Measured as of {self.as_of} ({self.seconds:.1f} s)"])


def measure_realised(as_of: date, *, span_days: int = SPAN_DAYS) -> RealisedReport:
    """`experiments.calibration` says, of each model, what it predicted beside what happened by the end of `as_of`.

    For each day of the last `span_days` scored before its outcome was known, and for all of them together (the
    headline), by stage: on customers without a message within the horizon, and on everyone. A model's rows are written
    in one transaction; the same inputs leave every row as it was.
    Raises MartsMissingError.
    """
    started = time.monotonic()
    models = [_measure_model(model, as_of, span_days) for model in Model]
    return RealisedReport(as_of, models, time.monotonic() - started)


def _measure_model(model: Model, as_of: date, span_days: int) -> ModelRealised:
    with connect(Role.PUBLISHER) as connection:
        if connection.execute("select to_regclass(%s)", [MARTS_MESSAGES]).fetchone() == (None,):
            raise MartsMissingError("There are no marts to compare with. Build them: `perennial run`.")
        days = list_days(connection, model, as_of)
        if not days.closed:
            return ModelRealised(model, 0, 0, 0, [days.why_nothing])
        first = days.closed[-1] - timedelta(days=span_days)
        outcomes = _read_span(connection, days, first)
        records = _measure_span(days, outcomes)
        changed = write_records(connection, model, first, records)
    return ModelRealised(
        model=model,
        count_days=outcomes["scored_on"].nunique(),
        count_rows=len(outcomes),
        count_changed=changed,
        told=_tell(outcomes, records),
    )


def _read_span(connection: psycopg.Connection[tuple[object, ...]], days: Days, first: date) -> pd.DataFrame:
    return pd.concat([read_outcomes(connection, days, day) for day in days.closed if day >= first], ignore_index=True)


def _measure_span(days: Days, outcomes: pd.DataFrame) -> list[Record]:
    found: dict[tuple[str, date, date, str], Record] = {}
    for _, by_stage in outcomes.groupby("stage"):
        parts = [part for _, part in by_stage.groupby("scored_on")]
        for part in [by_stage, *(parts if len(parts) > 1 else [])]:
            for record in (as_record(days, measured) for measured in measure_stage(days, part)):
                found[record.stage, record.scored_from, record.scored_to, record.population] = record
    return list(found.values())


def _tell(outcomes: pd.DataFrame, records: list[Record]) -> list[str]:
    told = []
    for stage, rows in outcomes.groupby("stage"):
        span = (min(rows["scored_on"]), max(rows["scored_on"]))
        headline = next(
            (
                record
                for record in records
                if record.stage == stage
                and record.population == Population.UNTREATED
                and (record.scored_from, record.scored_to) == span
            ),
            None,
        )
        count = rows["customer_id"].nunique()
        few = f"{stage}: cannot tell yet: {count} customers whose horizon has closed are too few"
        told.append(tell_gap(headline) if headline else few)
    return told or ["cannot tell yet: nobody scored has an outcome"]
