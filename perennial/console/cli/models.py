"""perennial models list | report | recalibrate | promote | rollback: the models' quality, and manual overrides."""

from pathlib import Path
from typing import Annotated

import typer

from perennial.console.cli.output import JsonOption, error_handler, one_of, show
from perennial.console.terminal import announce
from training import SPECS

app = typer.Typer(help="The models behind the audiences.", no_args_is_help=True)

ModelArgument = Annotated[str, typer.Argument(help=one_of(SPECS))]


@app.command("list")
def list_all(as_json: JsonOption = False) -> None:
    """Each model: its champion, since when, and its held-out quality beside the baseline's."""
    from perennial.console.cli.model_views import render_models
    from training import list_models

    with error_handler(as_json=as_json):
        show(list_models(), as_json=as_json, render=render_models)


@app.command()
def report(
    model: ModelArgument,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", "--picture", help="Draw predicted beside realised for each stage, .svg or .png."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Everything measured about a model: held-out quality, and the calibration of its predictions since."""
    from perennial.console.cli.model_page import report_model
    from perennial.console.cli.model_views import render_report
    from perennial.monitoring import save_calibration_plot
    from perennial.tabular import check_plot_file

    with error_handler(as_json=as_json):
        if plot is not None:
            check_plot_file(plot)
        found = report_model(model)
        if plot is not None:
            save_calibration_plot(found.calibration, plot)
            announce(f"Predicted beside realised is drawn in {plot}")
        show(found.to_dict() if as_json else found, as_json=as_json, render=render_report)


@app.command()
def recalibrate(
    model: ModelArgument,
    as_of: Annotated[str | None, typer.Option(help="The day to work on; by default the newest.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Refit the champion's calibrator on its newest closed period; the promotion gate decides about the new version."""
    from perennial.as_of import day_or_default
    from training import find_spec, recalibrate

    with error_handler(as_json=as_json):
        spec = find_spec(model)
        day = day_or_default(as_of)
        done = recalibrate(spec, day)
        show(done.to_dict() if as_json else done, as_json=as_json)


@app.command()
def promote(
    model: ModelArgument,
    version: Annotated[str, typer.Argument(help="The version in MLflow's registry.")],
    as_json: JsonOption = False,
) -> None:
    """Make a version champion, overriding the gate; recorded in predictions.promotions."""
    from training import find_spec, promote

    with error_handler(as_json=as_json):
        show(promote(find_spec(model).name, version), as_json=as_json)


@app.command()
def rollback(model: ModelArgument, as_json: JsonOption = False) -> None:
    """Return to the champion before this one; recorded in predictions.promotions."""
    from training import find_spec, rollback

    with error_handler(as_json=as_json):
        show(rollback(find_spec(model).name), as_json=as_json)
