"""perennial audiences list | pull | diff | explain: what marketing ops works with."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from perennial.as_of import parse_as_of
from perennial.console.cli.audience_views import render_audiences, render_diff, render_explanation
from perennial.console.cli.cadence_views import find_cadence
from perennial.console.cli.day_warnings import print_day_warnings
from perennial.console.cli.output import JsonOption, error_handler, one_of, show
from perennial.console.terminal import err
from perennial.stages import Stage

if TYPE_CHECKING:
    from perennial.audiences import Run

app = typer.Typer(help="Scored audiences, one for each lifecycle stage.", no_args_is_help=True)

AsOfOption = Annotated[
    str | None, typer.Option(help="Day of the audience (YYYY-MM-DD); by default the newest published.")
]
StageArgument = Annotated[str, typer.Argument(help=one_of(Stage))]


class Format(StrEnum):
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


@app.command("list")
def list_audiences(as_json: JsonOption = False) -> None:
    """Every stage's newest audience: size, day, what ordered it, and whether it is stale."""
    from perennial.audiences import list_runs

    with error_handler(as_json=as_json):
        show(list_runs(), as_json=as_json, render=lambda runs: render_audiences(runs, find_cadence()))
        print_day_warnings()


@app.command()
def pull(
    stage: StageArgument,
    as_of: AsOfOption = None,
    min_probability: Annotated[
        float | None, typer.Option(min=0, max=1, help="Only members at least this probable.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many members.")] = None,
    form: Annotated[Format, typer.Option("--format", help="csv, json or parquet")] = Format.CSV,
    to: Annotated[Path | None, typer.Option("--out", help="File to write; by default standard output.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Members of a stage's audience, with current scores and features; without the holdout and withdrawn consents."""
    from perennial.audiences import newest_run, pull, write_members

    with error_handler(as_json=as_json):
        day = parse_as_of(as_of) if as_of else None
        _announce_staleness(newest_run(stage, day))
        print_day_warnings()
        members = pull(stage, as_of=day, min_probability=min_probability, limit=limit)
        target = to if to is not None else sys.stdout.buffer
        write_members(members, target, "json" if as_json and to is None else form.value)
        if to is not None:
            show(
                {"members": len(members), "file": str(to)},
                as_json=as_json,
                render=lambda _: f"{len(members):,} members in {to}",
            )


@app.command()
def diff(stage: StageArgument, as_of: AsOfOption = None, as_json: JsonOption = False) -> None:
    """Who entered and who left since the audience before, and where those who left are now."""
    from perennial.audiences import diff

    with error_handler(as_json=as_json):
        show(diff(stage, as_of=parse_as_of(as_of) if as_of else None), as_json=as_json, render=render_diff)


@app.command()
def explain(
    customer: Annotated[str, typer.Argument(help="The customer's id.")],
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Why a customer is in their stage's audience, or out of it: condition by condition."""
    from perennial.audiences import explain

    with error_handler(as_json=as_json):
        explanation = explain(customer, as_of=parse_as_of(as_of) if as_of else None)
        show(explanation.to_dict() if as_json else explanation, as_json=as_json, render=render_explanation)


def _announce_staleness(run: "Run") -> None:
    if run.is_stale:
        err.print(
            f"[yellow]This audience is of {run.as_of}; newer events have come in since. "
            "`perennial run` brings it up to date.[/]"
        )
