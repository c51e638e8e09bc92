"""Calibration monitoring: every prediction against its realised outcome, once the horizon has closed."""

import time
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
import psycopg

from perennial.database import Role, connect
from perennial.models import load_models
from perennial.monitoring.calibration_records import CalibrationRecord, as_record, write_records
from perennial.monitoring.outcomes import read_outcomes
from perennial.monitoring.scored_days import ScoredDays, read_scored_days
from perennial.monitoring.stage_calibration import measure_stage
from perennial.monitoring.summary import gap_sentence
from perennial.statistics import Population
from perennial.tables import MARTS_MESSAGES

SPAN_DAYS = 91
"""The headline pools the scored days of so many days up to the last one whose horizon has closed."""


class MartsMissingError(RuntimeError):
    """There are no marts to compare with; the message names the command that builds them."""


@dataclass(frozen=True)
class ModelCalibrationGap:
    """What was measured of one model. `sentences`: one for each stage, or why nothing can be measured."""

    model: str
    count_days: int
    count_rows: int
    count_changed: int
    sentences: list[str]


@dataclass(frozen=True)
class CalibrationGapReport:
    """Every model's calibration gap as known at the end of `as_of`."""

    as_of: date
    models: list[ModelCalibrationGap]
    seconds: float

    def __str__(self) -> str:
        lines = [f"{one.model}: {sentence}" for one in self.models for sentence in one.sentences]
        return "\n".join([*lines, f"Measured as of {self.as_of} ({self.seconds:.1f} s)"])


def measure_calibration_gap(as_of: date, *, span_days: int = SPAN_DAYS) -> CalibrationGapReport:
    """`experiments.calibration` holds, for each model, what it predicted beside what happened by the end of `as_of`.

    For each day of the last `span_days` scored before its outcome was known, and for all of them together (the
    headline), by stage: on the untreated, and on everyone. A model's rows are written in one transaction; the same
    inputs leave every row as it was.
    Raises MartsMissingError.
    """
    started = time.monotonic()
    models = [_measure_model(model, as_of, span_days) for model in load_models()]
    return CalibrationGapReport(as_of, models, time.monotonic() - started)


def _measure_model(model: str, as_of: date, span_days: int) -> ModelCalibrationGap:
    with connect(Role.PUBLISHER) as connection:
        if connection.execute("select to_regclass(%s)", [MARTS_MESSAGES]).fetchone() == (None,):
            raise MartsMissingError("There are no marts to compare with. Build them: `perennial run`.")
        days = read_scored_days(connection, model, as_of)
        if not days.closed:
            return ModelCalibrationGap(model, 0, 0, 0, [days.why_unmeasured])
        first = days.closed[-1] - timedelta(days=span_days)
        outcomes = _read_span(connection, days, first)
        records = _measure_span(days, outcomes)
        changed = write_records(connection, model, first, records)
    return ModelCalibrationGap(
        model=model,
        count_days=outcomes["scored_on"].nunique(),
        count_rows=len(outcomes),
        count_changed=changed,
        sentences=_sentences(outcomes, records),
    )


def _read_span(connection: psycopg.Connection[tuple[object, ...]], days: ScoredDays, first: date) -> pd.DataFrame:
    return pd.concat([read_outcomes(connection, days, day) for day in days.closed if day >= first], ignore_index=True)


def _measure_span(days: ScoredDays, outcomes: pd.DataFrame) -> list[CalibrationRecord]:
    found: dict[tuple[str, date, date, str], CalibrationRecord] = {}
    for _, by_stage in outcomes.groupby("stage"):
        parts = [part for _, part in by_stage.groupby("scored_on")]
        for part in [by_stage, *(parts if len(parts) > 1 else [])]:
            for record in (as_record(days, measured) for measured in measure_stage(days, part)):
                found[record.stage, record.scored_from, record.scored_to, record.population] = record
    return list(found.values())


def _sentences(outcomes: pd.DataFrame, records: list[CalibrationRecord]) -> list[str]:
    untreated = {
        (record.stage, record.scored_from, record.scored_to): record
        for record in records
        if record.population == Population.UNTREATED
    }
    sentences = []
    for stage, rows in outcomes.groupby("stage"):
        headline = untreated.get((str(stage), min(rows["scored_on"]), max(rows["scored_on"])))
        count = rows["customer_id"].nunique()
        too_few = f"{stage}: cannot tell yet: {count} customers whose horizon has closed are too few"
        sentences.append(gap_sentence(headline) if headline else too_few)
    return sentences or ["cannot tell yet: nobody scored has an outcome"]
