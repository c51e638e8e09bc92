"""The summary after a run: rows of each table, the quality of the models, the audiences, the seconds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.rows import class_row
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table

from perennial.console.chain.airflow_client import TaskRun
from perennial.console.chain.chain_run import ChainProgress
from perennial.console.cli.audience_views import render_audiences
from perennial.console.cli.cadence_views import find_cadence
from perennial.console.cli.data_issue_views import list_data_issues, render_data_issues
from perennial.console.cli.gate_views import list_findings, render_findings
from perennial.console.cli.next_steps import next_steps
from perennial.console.cli.stopwatch import Stopwatch
from perennial.console.terminal import table
from perennial.data_issues import DataIssueCount
from perennial.database import Role, connect
from perennial.gate_runs import GateFinding
from perennial.settings import load_settings
from perennial.tables import (
    AUDIENCES_MEMBERS,
    MARTS_CUSTOMER_FEATURES,
    MARTS_CUSTOMERS,
    MARTS_MESSAGES,
    MARTS_ORDER_LINES,
    MARTS_ORDERS,
    PREDICTIONS_EVALUATIONS,
    PREDICTIONS_SCORES,
    RAW_EVENTS,
    RAW_REJECTED_EVENTS,
)

if TYPE_CHECKING:
    from perennial.audiences import Run
    from perennial.ingestion import IngestReport

COUNTED_TABLES = (
    RAW_EVENTS,
    RAW_REJECTED_EVENTS,
    MARTS_CUSTOMERS,
    MARTS_ORDERS,
    MARTS_ORDER_LINES,
    MARTS_MESSAGES,
    MARTS_CUSTOMER_FEATURES,
    PREDICTIONS_SCORES,
    AUDIENCES_MEMBERS,
)
"""In the order in which data flows."""


@dataclass(frozen=True)
class ModelEvaluation:
    """The newest training attempt of a model: held-out metrics beside the baseline's, or why there is no model."""

    model: str
    version: str
    outcome: str
    message: str
    metrics: Mapping[str, Any]


@dataclass(frozen=True)
class Summary:
    """All figures of one run. `rows`: of each table. `seconds`: of each step and DAG. `ingested`: events by outcome."""

    rows: Mapping[str, int]
    models: Sequence[ModelEvaluation]
    audiences: "Sequence[Run]"
    seconds: Mapping[str, float]
    ingested: Mapping[str, int]
    tasks: Sequence[TaskRun]
    gate: Sequence[GateFinding]
    data_issues: Sequence[DataIssueCount]


def summarise(watch: Stopwatch, report: "IngestReport", progress: ChainProgress) -> Summary:
    """The figures of a run, read back from the warehouse."""
    from perennial.audiences import list_runs

    dags = {f"Airflow: {dag_id}": run.seconds or 0.0 for dag_id, run in progress.runs.items()}
    return Summary(
        rows=count_rows(),
        models=newest_evaluations(),
        audiences=list_runs(),
        seconds={**watch.laps, **dags, "in all": sum(watch.laps.values())},
        ingested={
            "loaded": report.count_loaded,
            "already there": report.count_duplicate,
            "rejected": report.count_rejected,
        },
        tasks=[task for tasks in progress.tasks.values() for task in tasks],
        gate=list_findings(),
        data_issues=list_data_issues(),
    )


def count_rows() -> dict[str, int]:
    """How many rows each of `COUNTED_TABLES` holds now; 0 for one that is not there yet."""
    with connect(Role.READER) as connection:
        return {name: _count(connection, name) for name in COUNTED_TABLES}


def newest_evaluations() -> list[ModelEvaluation]:
    """The newest training attempt of each model."""
    statement = f"""
        select distinct on (model) model, model_version as version, outcome, message, metrics
        from {PREDICTIONS_EVALUATIONS} order by model, as_of desc, evaluated_at desc
    """
    with connect(Role.READER) as connection, connection.cursor(row_factory=class_row(ModelEvaluation)) as cursor:
        return cursor.execute(statement.encode()).fetchall()


def render_summary(summary: Summary) -> RenderableType:
    """Tables of rows, models, audiences and seconds, and what to look at next."""
    ingested = ", ".join(f"{count:,} {outcome}" for outcome, count in summary.ingested.items())
    return Group(
        "",
        table(f"Rows ({ingested})", ("table", "rows"), list(summary.rows.items())),
        "",
        _model_table(summary.models),
        "",
        render_audiences(summary.audiences, find_cadence()),
        *render_findings(summary.gate),
        *render_data_issues(summary.data_issues),
        "",
        table("Seconds", ("step", "seconds"), [(step, round(seconds, 1)) for step, seconds in summary.seconds.items()]),
        "",
        Panel.fit(next_steps(load_settings(), summary.audiences, summary.models), title="Next"),
    )


def _model_table(models: Sequence[ModelEvaluation]) -> Table:
    rows = [(model.model, model.version, model.message) for model in models]
    return table("Models, on the held-out period", ("model", "version", "quality beside the baseline"), rows)


def _count(connection: psycopg.Connection[Any], name: str) -> int:
    if connection.execute("select to_regclass(%s)", [name]).fetchone() == (None,):
        return 0
    [(count,)] = connection.execute(f"select count(*) from {name}").fetchall()
    return int(count)
