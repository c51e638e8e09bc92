"""The command line: `perennial`, with every group of commands in its place."""

import typer

from perennial.console.cli import (
    audiences,
    demo,
    experiments,
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
app.add_typer(models.app, name="models")
app.add_typer(experiments.app, name="experiments")
app.add_typer(keys.app, name="keys")


@app.callback()
def prepare() -> None:
    switch_off_usage_reporting()
