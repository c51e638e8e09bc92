"""perennial up | down | status | env: the embedded platform."""

import shlex
from typing import TYPE_CHECKING

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from perennial.console.cli.cadence_views import find_cadence, render_cadence
from perennial.console.cli.data_issue_views import list_data_issues, render_data_issues
from perennial.console.cli.day_warnings import print_day_warnings
from perennial.console.cli.gate_views import list_findings, render_findings
from perennial.console.cli.output import JsonOption, error_handler, show
from perennial.console.terminal import announce, table
from perennial.settings import load_settings

if TYPE_CHECKING:
    from perennial.platform import Health


def up(as_json: JsonOption = False) -> None:
    """Start PostgreSQL, Valkey, MLflow, Airflow and the API; leave them running."""
    from perennial import platform

    with error_handler(as_json=as_json):
        show(platform.up(announce=announce), as_json=as_json, render=render_platform)


def down(as_json: JsonOption = False) -> None:
    """Stop everything this home has running; the data stays."""
    from perennial import platform

    with error_handler(as_json=as_json):
        stopped = platform.down()
        show(
            {"stopped": stopped},
            as_json=as_json,
            render=lambda _: f"Stopped {', '.join(stopped) or 'nothing: nothing was running'}.",
        )


def status(as_json: JsonOption = False) -> None:
    """Show what runs, the brand's cadence, what the gate found, and what could not be used of the events.

    Exits 1 when a part is stopped.
    """
    from perennial import platform

    with error_handler(as_json=as_json):
        parts = platform.status()
        issues = list_data_issues() if parts[0].is_running else []
        cadence = find_cadence() if parts[0].is_running else None
        findings = list_findings() if parts[0].is_running else []
        content = {
            "parts": parts,
            "cadence": cadence,
            "gate": [found.to_dict() for found in findings],
            "data_issues": [issue.to_dict() for issue in issues],
        }
        found = [*render_cadence(cadence), *render_findings(findings), *render_data_issues(issues)]
        show(content, as_json=as_json, render=lambda _: Group(render_platform(parts), *found))
        if parts[0].is_running:
            print_day_warnings()
    if not all(part.is_running for part in parts):
        raise typer.Exit(1)


def env(as_json: JsonOption = False) -> None:
    """Print the shell variables with which dbt, feast and mlflow reach this home: eval "$(perennial env)"."""
    from perennial.tool_environment import tool_environment

    with error_handler(as_json=as_json):
        variables = tool_environment(load_settings())
        lines = "\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables.items())
        if as_json:
            show(variables, as_json=True)
        else:
            typer.echo(lines)


def render_platform(parts: "list[Health]") -> Group:
    """A table of the parts, and how to log in to Airflow."""
    rows = [(part.name, "running" if part.is_running else "stopped", part.url or "") for part in parts]
    settings = load_settings()
    lines: list[RenderableType] = [table("Platform", ("part", "state", "address"), rows)]
    if settings.airflow_password is not None and any(part.is_running for part in parts):
        login = f"{settings.airflow_username} / {settings.require('airflow_password')}"
        lines.append(Text(f"\nAirflow login: {login}\nHome: {settings.home}"))
    return Group(*lines)


def register(app: typer.Typer) -> None:
    for command in (up, down, status, env):
        app.command()(command)
