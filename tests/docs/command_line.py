"""Command lines held against the real command line, without running them."""

import shlex
from typing import Any

import typer
from typer.exceptions import TyperException
from typer.main import get_command

from perennial.console.cli.main import app

ROOT: Any = get_command(app)
# What stands for a value in a page, and a value of the kind that is asked for.
PLACEHOLDERS = {"N": "100", "X": "0.04", "SHARE": "0.1", "DATE": "2017-10-01"}


def every_command(group: Any = ROOT, path: tuple[str, ...] = ()) -> set[str]:
    """All command paths, such as `audiences pull`."""
    paths: set[str] = set()
    for name, command in group.commands.items():
        inner = every_command(command, (*path, name)) if hasattr(command, "commands") else {" ".join((*path, name))}
        paths |= inner
    return paths


def command_path(arguments: str) -> str:
    """The command that these arguments of `perennial` name; "" when they name none."""
    words = arguments.split()
    paths = (" ".join(words[:length]) for length in range(len(words), 0, -1))
    return next((path for path in paths if path in every_command()), "")


def problem_of(arguments: str, *, is_complete: bool = True) -> str | None:
    """What the command line would refuse in `perennial ARGUMENTS`: an unknown command or option, a missing or
    malformed value. None when it would run. Not `is_complete`: the command alone is enough.
    """
    words = [PLACEHOLDERS.get(word, word) for word in shlex.split(arguments.replace("[", "").replace("]", ""))]
    command, path = ROOT, []
    while words and hasattr(command, "commands") and words[0] in command.commands:
        command = command.commands[words[0]]
        path.append(words.pop(0))
    if hasattr(command, "commands") and words and not words[0].startswith("-"):
        return f"perennial {' '.join(path)} has no command {words[0]}"
    if not words and not (is_complete and path):
        return None
    try:
        command.make_context(" ".join(path), words)
    except typer.Exit:  # --version and --help answer at once
        return None
    except TyperException as error:
        return f"perennial {arguments}: {error}"
    return None
