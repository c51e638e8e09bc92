"""How every command speaks: Rich for people, JSON for programs, and an exit code that says what happened.

Exit 0: done. Exit 1: the work failed (errors derived from RuntimeError). Exit 2: bad usage or input (from ValueError,
LookupError or a missing file).
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def to_plain(value: Any) -> Any:
    """A dataclass, model or mapping as JSON can hold it."""
    if is_dataclass(value) and not isinstance(value, type):
        return to_plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, str | int | float | bool | None):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Sequence | set | frozenset):
        return [to_plain(item) for item in value]
    return value.tolist() if hasattr(value, "tolist") else str(value)


def show(value: Any, *, as_json: bool, render: Callable[[Any], Any] = str) -> None:
    """Print `value` as JSON, or as what `render` makes of it for a person."""
    if as_json:
        typer.echo(json.dumps(to_plain(value), ensure_ascii=False, indent=2))
    else:
        out.print(render(value), markup=False)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    """A plain table whose numbers stand to the right."""
    grid = Table(title=title, title_justify="left", title_style="bold", header_style="bold", box=None, pad_edge=False)
    for index, column in enumerate(columns):
        is_number = bool(rows) and all(isinstance(row[index], int | float | None) for row in rows)
        grid.add_column(column, justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        grid.add_row(*(Text(_cell(value)) for value in row))
    return grid


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


@contextmanager
def spoken_errors(*, as_json: bool = False) -> Iterator[None]:
    """Turn the doors' errors into words and exit codes; anything unexpected keeps its traceback."""
    try:
        yield
    except psycopg.OperationalError as error:
        _fail(f"PostgreSQL does not answer: {str(error).splitlines()[0]}. Start it with `perennial up`.", 1, as_json)
    except (typer.Exit, typer.Abort):
        raise
    except (ValueError, LookupError, FileNotFoundError, IsADirectoryError) as error:
        _fail(_words(error), 2, as_json)
    except RuntimeError as error:
        _fail(_words(error), 1, as_json)


def _words(error: Exception) -> str:
    if isinstance(error, FileNotFoundError) and error.filename:
        return f"There is no file {Path(str(error.filename))}"
    return str(error.args[0]) if isinstance(error, LookupError) and error.args else str(error)


def _fail(message: str, code: int, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"error": message, "exit_code": code}, ensure_ascii=False))
    else:
        err.print(Text("Error: ", style="bold red").append(message, style="not bold default"), soft_wrap=True)
    raise typer.Exit(code)
