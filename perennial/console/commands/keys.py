"""perennial keys create: keys for the HTTP API."""

from typing import Annotated

import typer

from perennial.console.output import JsonOption, show, spoken_errors

app = typer.Typer(help="Keys for the HTTP API.", no_args_is_help=True)


@app.callback()
def keys() -> None:
    """Keys for the HTTP API; only their digests are stored."""


@app.command()
def create(
    scope: Annotated[str, typer.Option(help="read, write, decide or admin")],
    note: Annotated[str, typer.Option(help="Who uses it, for your own records.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Create a key and print it once; only its digest is stored."""
    from perennial.keys import create_key

    with spoken_errors(as_json=as_json):
        key = create_key(scope, note=note)
        show(
            {"key": key, "scope": scope},
            as_json=as_json,
            render=lambda _: f"{key}\nKeep it now: it is not shown again.",
        )
