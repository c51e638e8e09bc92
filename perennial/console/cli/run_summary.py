"""What a person wants to read after a run: rows through every door, the models' worth, the audiences, the seconds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table

from perennial.console.chain.chain_run import ChainProgress
from perennial.console.cli.output import table
from perennial.console.cli.stopwatch import Stopwatch
from perennial.database import Role, connect
from perennial.settings import Settings, load_settings
from perennial.tables import PREDICTIONS_EVALUATIONS, RAW_EVENTS, RAW_REJECTED_EVENTS

if TYPE_CHECKING:
    from perennial.ingestion import IngestReport

DOORS = (
    RAW_EVENTS,
    RAW_REJECTED_EVENTS,
    "marts.customers",
    "marts.orders",
    "marts.order_lines",
    "marts.messages",
    "marts.customer_features",
    "predictions.scores",
    "audiences.members",
)


@dataclass(frozen=True)
class Summary:
    """All figures of one run, as plain data."""

    rows: Mapping[str, int]
    models: Sequence[Mapping[str, Any]]
    audiences: Sequence[Mapping[str, Any]]
    seconds: Mapping[str, float]
    ingested: Mapping[str, int]
    tasks: Sequence[Mapping[str, Any]]


def summarise(watch: Stopwatch, report: "IngestReport", progress: ChainProgress) -> Summary:
    """Read back from the warehouse what the run has left there."""
    dags = {f"Airflow: {dag_id}": run.seconds or 0.0 for dag_id, run in progress.runs.items()}
    return Summary(
        rows=count_rows(),
        models=newest_evaluations(),
        audiences=newest_runs(),
        seconds={**watch.laps, **dags, "in all": sum(watch.laps.values())},
        ingested={
            "loaded": report.count_loaded,
            "already there": report.count_duplicate,
            "rejected": report.count_rejected,
        },
        tasks=[{"dag_id": dag_id, **vars(task)} for dag_id, tasks in progress.tasks.items() for task in tasks],
    )


def count_rows() -> dict[str, int]:
    """How many rows each table of the flow holds now."""
    with connect(Role.READER) as connection:
        return {name: _count(connection, name) for name in DOORS}


def newest_runs() -> list[dict[str, Any]]:
    """The newest published run of each stage, as its manifest says."""
    from perennial.audiences import list_runs

    return [dict(vars(run)) for run in list_runs()]


def newest_evaluations() -> list[dict[str, Any]]:
    """The newest training attempt of each model: held-out metrics beside the baseline's, or why there is none."""
    with connect(Role.READER) as connection:
        rows = connection.execute(
            f"select distinct on (model) model, model_version, outcome, message, metrics "
            f"from {PREDICTIONS_EVALUATIONS} order by model, as_of desc, evaluated_at desc"
        ).fetchall()
    return [dict(zip(("model", "version", "outcome", "message", "metrics"), row, strict=True)) for row in rows]


def audience_table() -> Table:
    """The newest audience of every stage, for a person."""
    rows = [
        (run["stage"], run["row_count"], run["count_holdout"], str(run["as_of"]), run["ordered_by"], run["is_stale"])
        for run in newest_runs()
    ]
    return table("Audiences", ("stage", "members", "held out", "as of", "ordered by", "stale"), rows)


def render_summary(summary: Summary) -> RenderableType:
    settings = load_settings()
    told = ", ".join(f"{count:,} {what}" for what, count in summary.ingested.items())
    return Group(
        "",
        table(f"Rows ({told})", ("table", "rows"), list(summary.rows.items())),
        "",
        _model_table(summary.models),
        "",
        audience_table(),
        "",
        table("Seconds", ("step", "seconds"), [(step, round(seconds, 1)) for step, seconds in summary.seconds.items()]),
        "",
        Panel.fit(_next_steps(settings), title="Next"),
    )


def _model_table(models: Sequence[Mapping[str, Any]]) -> Table:
    rows = [(model["model"], model["version"], model["message"]) for model in models]
    return table("Models, on the held-out period", ("model", "version", "quality beside the baseline"), rows)


def _next_steps(settings: Settings) -> str:
    login = f"{settings.airflow_username} / {settings.require('airflow_password')}"
    return "\n".join(
        (
            "perennial audiences pull retention --out retention.csv   members with scores, reasons and features",
            "perennial models report churn_risk                       is its probability to be believed?",
            f"Airflow  {settings.airflow_url}   login {login}",
            f"MLflow   {settings.mlflow_url}",
            f"API      {settings.api_url}/docs",
            f"Data Docs of the gate: {settings.home / 'data-docs' / 'index.html'}",
        )
    )


def _count(connection: Any, name: str) -> int:
    exists = connection.execute("select to_regclass(%s) is not null", [name]).fetchone()[0]
    return int(connection.execute(f"select count(*) from {name}").fetchone()[0]) if exists else 0
