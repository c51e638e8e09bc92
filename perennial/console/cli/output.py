"""What every command prints: text for people, JSON for programs, and an exit code that says what happened.

Exit 0: done. Exit 1: the work failed (errors derived from RuntimeError). Exit 2: bad usage or input (from ValueError,
LookupError or a missing file).
"""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer
from rich.text import Text

from perennial.console.plain import to_plain
from perennial.console.terminal import err, out

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def one_of(names: Iterable[str]) -> str:
    """The names that an argument may have, for its help: "a, b or c"."""
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last


def show(value: Any, *, as_json: bool, render: Callable[[Any], Any] = str) -> None:
    """Print `value` as JSON, or as what `render` makes of it for a person."""
    if as_json:
        typer.echo(json.dumps(to_plain(value), ensure_ascii=False, indent=2))
    else:
        out.print(render(value), markup=False)


@contextmanager
def error_handler(*, as_json: bool = False) -> Iterator[None]:
    """Expected errors end the command with a message and an exit code; any other keeps its traceback."""
    try:
        yield
    except psycopg.OperationalError as error:
        _fail(f"PostgreSQL does not answer: {str(error).splitlines()[0]}. Start it with `perennial up`.", 1, as_json)
    except (typer.Exit, typer.Abort):
        raise
    except (ValueError, LookupError, FileNotFoundError, IsADirectoryError) as error:
        _fail(_message(error), 2, as_json)
    except RuntimeError as error:
        _fail(_message(error), 1, as_json)


def _message(error: Exception) -> str:
    if isinstance(error, FileNotFoundError) and error.filename:
        return f"There is no file {Path(str(error.filename))}"
    return str(error.args[0]) if isinstance(error, LookupError) and error.args else str(error)


def _fail(message: str, code: int, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"error": message, "exit_code": code}, ensure_ascii=False))
    else:
        err.print(Text("Error: ", style="bold red").append(message, style="not bold default"), soft_wrap=True)
    raise typer.Exit(code)
