"""perennial run: trigger the DAG chain and follow it to the published audiences."""

import time
from typing import Annotated

import typer

from perennial.as_of import parse_as_of
from perennial.console.cli.output import JsonOption, show, spoken_errors


def run(
    as_of: Annotated[
        str | None, typer.Option(help="Day to compute for (YYYY-MM-DD); by default the newest event's day.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Trigger the DAG chain in Airflow and follow it from raw events to published audiences."""
    from perennial.console.chain.chain_run import run_chain
    from perennial.console.chain.display import ChainDisplay
    from perennial.console.cli.run_summary import audience_table

    with spoken_errors(as_json=as_json):
        day = parse_as_of(as_of) if as_of else None
        started = time.monotonic()
        with ChainDisplay() as display:
            progress = run_chain(day, display.update)
        seconds = {dag_id: dag_run.seconds for dag_id, dag_run in progress.runs.items()}
        if as_json:
            show({"seconds": seconds, "total_seconds": time.monotonic() - started}, as_json=True)
        else:
            show(None, as_json=False, render=lambda _: audience_table())


def register(app: typer.Typer) -> None:
    app.command()(run)
