"""perennial run: trigger the DAG chain and follow it to the published audiences."""

import time
from typing import Annotated

import typer
from rich.console import Group

from perennial.as_of import parse_as_of
from perennial.console.cli.audience_views import missing_consent, render_audiences
from perennial.console.cli.cadence_views import find_cadence
from perennial.console.cli.data_issue_views import list_data_issues, render_data_issues
from perennial.console.cli.day_warnings import print_day_warnings
from perennial.console.cli.gate_views import list_findings, render_findings
from perennial.console.cli.output import JsonOption, error_handler, show


def run(
    as_of: Annotated[
        str | None, typer.Option(help="Day to compute for (YYYY-MM-DD); by default the newest that events have made.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Trigger the DAG chain in Airflow and follow it from raw events to published audiences."""
    from perennial.audiences import list_runs
    from perennial.console.chain.chain_run import run_chain
    from perennial.console.chain.display import ChainDisplay

    with error_handler(as_json=as_json):
        day = parse_as_of(as_of) if as_of else None
        started = time.monotonic()
        with ChainDisplay() as display:
            progress = run_chain(day, display.update)
        seconds = {dag_id: dag_run.seconds for dag_id, dag_run in progress.runs.items()}
        audiences, findings, issues = list_runs(), list_findings(), list_data_issues()
        figures = {
            "missing_consent": missing_consent(audiences),
            "seconds": seconds,
            "total_seconds": time.monotonic() - started,
            "audiences": audiences,
            "gate": [found.to_dict() for found in findings],
            "data_issues": [issue.to_dict() for issue in issues],
        }
        page = (render_audiences(audiences, find_cadence()), *render_findings(findings), *render_data_issues(issues))
        show(figures, as_json=as_json, render=lambda _: Group(*page))
        if day is None:
            print_day_warnings()


def register(app: typer.Typer) -> None:
    app.command()(run)
