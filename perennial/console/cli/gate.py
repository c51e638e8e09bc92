"""perennial gate accept | list: what the gate found, and a person's decision to let it pass for a stated time."""

import getpass
from typing import Annotated

import typer

from perennial.as_of import NoEventsError, default_day, parse_as_of
from perennial.console.cli.gate_views import list_findings, render_gate
from perennial.console.cli.output import JsonOption, error_handler, show
from perennial.database import Role, connect
from perennial.gate_runs import read_acceptances

app = typer.Typer(help="The checks that data must pass before anything uses it.", no_args_is_help=True)


@app.callback()
def gate() -> None:
    """The checks that data must pass before anything uses it."""


@app.command()
def accept(
    check: Annotated[str, typer.Argument(help='The check as the gate names it, such as "events reach up to the day".')],
    until: Annotated[str, typer.Option(help="The last day (YYYY-MM-DD) as of which a run may pass with it.")],
    why: Annotated[str, typer.Option(help="The reason, shown with every run that it lets through.")],
    as_json: JsonOption = False,
) -> None:
    """Let a check fail up to a day: `perennial gate accept "no mart shrinks" --until 2026-01-11 --why "an erasure"`.

    Recorded in gate.acceptances. A later acceptance of the same check takes its place.
    """
    from expectations import accept_finding

    with error_handler(as_json=as_json):
        accepted = accept_finding(check, parse_as_of(until), why, _user())
        show(
            accepted,
            as_json=as_json,
            render=lambda _: f"Accepted: {accepted.check} {accepted}. Run again: `perennial run`.",
        )


@app.command("list")
def list_all(as_json: JsonOption = False) -> None:
    """What the newest runs of the gate found, and what was accepted, until when, by whom and why."""
    with error_handler(as_json=as_json):
        findings = list_findings()
        with connect(Role.READER) as connection:
            acceptances = read_acceptances(connection)
        try:
            newest = default_day().as_of
        except NoEventsError:
            newest = None
        content = {"findings": [found.to_dict() for found in findings], "accepted": acceptances}
        show(content, as_json=as_json, render=lambda _: render_gate(findings, acceptances, newest))


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container may run under a user id that has no name.
        return "unnamed user"
