"""The command line: `perennial`, with every group of commands in its place."""

from typing import Annotated

import typer

from perennial import __version__
from perennial.console.cli import (
    audiences,
    consent,
    demo,
    experiments,
    gate,
    ingest,
    keys,
    models,
    platform,
    run,
    serve,
    simulate,
    uplift,
)
from perennial.telemetry_off import switch_off_usage_reporting

app = typer.Typer(
    name="perennial",
    help="Lifecycle marketing on your own machines: events in, scored audiences out.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)

for group in (platform, demo, run, serve, simulate, uplift):
    group.register(app)
app.add_typer(ingest.app, name="ingest")
app.add_typer(audiences.app, name="audiences")
app.add_typer(consent.app, name="consent")
app.add_typer(models.app, name="models")
app.add_typer(experiments.app, name="experiments")
app.add_typer(gate.app, name="gate")
app.add_typer(keys.app, name="keys")


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"perennial {__version__}")
        raise typer.Exit


@app.callback()
def prepare(
    version: Annotated[  # noqa: ARG001  # its callback prints it
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    switch_off_usage_reporting()
