"""perennial models list | report | promote | rollback: what the models are worth, and the hands on them."""

from typing import Annotated, Any

import typer

from perennial.console.output import JsonOption, show, spoken_errors

app = typer.Typer(help="The models behind the audiences.", no_args_is_help=True)

ModelArgument = Annotated[
    str, typer.Argument(help="activation, purchase_intent, churn_risk, reactivation or customer_value")
]


@app.command("list")
def list_all(as_json: JsonOption = False) -> None:
    """Each model: its champion, since when, and its held-out quality beside the baseline's."""
    from perennial.console.model_pages import render_models
    from training import list_models

    with spoken_errors(as_json=as_json):
        show(list_models(), as_json=as_json, render=render_models)


@app.command()
def report(model: ModelArgument, as_json: JsonOption = False) -> None:
    """Everything measured about a model on its held-out period, and why its champion is champion."""
    from perennial.console.model_pages import render_report
    from training import report

    with spoken_errors(as_json=as_json):
        show(report(model), as_json=as_json, render=render_report)


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
