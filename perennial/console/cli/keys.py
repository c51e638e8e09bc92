"""perennial keys create | list | revoke: keys for the HTTP API."""

from typing import TYPE_CHECKING, Annotated

import typer

from perennial.console.cli.output import JsonOption, error_handler, show
from perennial.console.terminal import table

if TYPE_CHECKING:
    from datetime import datetime

    from rich.table import Table

    from perennial.console.api.keys import Key

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
    from perennial.console.api.keys import create_key

    with error_handler(as_json=as_json):
        key = create_key(scope, note=note)
        show(
            {"key": key, "scope": scope},
            as_json=as_json,
            render=lambda _: f"{key}\nKeep it now: it is not shown again.",
        )


@app.command("list")
def list_all(as_json: JsonOption = False) -> None:
    """Every key ever created, without its secret."""
    from perennial.console.api.keys import list_keys

    with error_handler(as_json=as_json):
        show(list_keys(), as_json=as_json, render=render_keys)


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(help="The key's id, as `perennial keys list` shows it.")],
    as_json: JsonOption = False,
) -> None:
    """The key opens nothing any more."""
    from perennial.console.api.keys import revoke_key

    with error_handler(as_json=as_json):
        key = revoke_key(key_id)
        show(key, as_json=as_json, render=lambda _: f"Key {key.key_id} is revoked and opens nothing any more.")


def render_keys(known: "list[Key]") -> "Table":
    rows = [(key.key_id, key.scope, key.note, key.created_at.date(), _day(key.revoked_at)) for key in known]
    return table("Keys", ("key", "scope", "note", "created", "revoked"), rows)


def _day(moment: "datetime | None") -> str:
    return f"{moment:%Y-%m-%d}" if moment else "no"
