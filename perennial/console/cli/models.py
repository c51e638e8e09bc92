"""perennial models list | report | recalibrate | promote | rollback: what models are worth, and the hands on them."""

from pathlib import Path
from typing import Annotated, Any

import typer

from perennial.console.cli.output import JsonOption, err, show, spoken_errors

app = typer.Typer(help="The models behind the audiences.", no_args_is_help=True)

ModelArgument = Annotated[
    str, typer.Argument(help="activation, purchase_intent, churn_risk, reactivation or customer_value")
]


@app.command("list")
def list_all(as_json: JsonOption = False) -> None:
    """Each model: its champion, since when, and its held-out quality beside the baseline's."""
    from perennial.console.cli.model_views import render_models
    from training import list_models

    with spoken_errors(as_json=as_json):
        show(list_models(), as_json=as_json, render=render_models)


@app.command()
def report(
    model: ModelArgument,
    picture: Annotated[
        Path | None, typer.Option(help="Draw predicted beside realised for each stage, .svg or .png.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Everything measured about a model: held-out quality, and what came of its predictions since."""
    from perennial.console.cli.model_page import report_model
    from perennial.console.cli.model_views import render_report
    from perennial.monitoring import save_calibration_plot
    from perennial.tabular import check_plot_file

    with spoken_errors(as_json=as_json):
        if picture is not None:
            check_plot_file(picture)
        found = report_model(model)
        if picture is not None:
            save_calibration_plot(found.calibration, picture)
            err.print(f"Drawn: {picture}", markup=False)
        show(found.to_dict() if as_json else found, as_json=as_json, render=render_report)


@app.command()
def recalibrate(
    model: ModelArgument,
    as_of: Annotated[str | None, typer.Option(help="The day to work on; the newest event's day by default.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Fit the champion's calibrator anew on its newest closed period; the same gate decides about the new version."""
    from perennial.as_of import day_or_newest
    from training import find_spec, recalibrate

    with spoken_errors(as_json=as_json):
        spec = find_spec(model)
        day = day_or_newest(as_of)
        show(recalibrate(spec, day), as_json=as_json, render=_said)


@app.command()
def promote(
    model: ModelArgument,
    version: Annotated[str, typer.Argument(help="The version in MLflow's registry.")],
    as_json: JsonOption = False,
) -> None:
    """Make a version champion by hand; recorded in predictions.promotions."""
    from training import find_spec, promote

    with spoken_errors(as_json=as_json):
        show(promote(find_spec(model).name, version), as_json=as_json, render=_said)


@app.command()
def rollback(model: ModelArgument, as_json: JsonOption = False) -> None:
    """Return to the champion before this one; recorded in predictions.promotions."""
    from training import find_spec, rollback

    with spoken_errors(as_json=as_json):
        show(rollback(find_spec(model).name), as_json=as_json, render=_said)


def _said(decision: Any) -> str:
    return str(decision)
