"""perennial demo: the whole loop on real data, with progress, and a summary at the end."""

from typing import Annotated

import typer

from perennial.console.cli.output import JsonOption, error_handler, show
from perennial.console.terminal import announce

EVIDENCE = "Complete Journey is published under CC0 for research; households took part in a loyalty programme."
PURPOSES = ("profiling", "training", "email", "direct_mail")


def demo(
    households: Annotated[int | None, typer.Option(min=50, help="Only so many households, for a quicker look.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Start the platform, load Complete Journey and let Airflow run everything up to published audiences."""
    from perennial.console.chain.chain_run import run_chain
    from perennial.console.chain.display import ChainDisplay
    from perennial.console.cli.progress import progress_bar
    from perennial.console.cli.run_summary import render_summary, summarise
    from perennial.console.cli.stopwatch import Stopwatch
    from perennial.ingestion import Attestation, ingest_complete_journey
    from perennial.platform import up

    with error_handler(as_json=as_json):
        watch = Stopwatch()
        with watch.lap("platform"):
            up(announce=announce)
        with watch.lap("ingest"), progress_bar("Loading Complete Journey") as update:
            attestation = Attestation(purposes=PURPOSES, evidence=EVIDENCE)
            report = ingest_complete_journey(households=households, attest=attestation, progress=update)
        with watch.lap("chain"), ChainDisplay() as display:
            progress = run_chain(None, display.update)
        show(summarise(watch, report, progress), as_json=as_json, render=render_summary)


def register(app: typer.Typer) -> None:
    app.command()(demo)
