"""What the gate found, as a person reads it: below the audiences that it let through, and in `perennial gate list`."""

from collections.abc import Sequence
from datetime import date

from rich.console import Group
from rich.text import Text

from perennial.console.terminal import table
from perennial.database import Role, connect
from perennial.gate_runs import GateAcceptance, GateFinding, newest_findings

_STYLES = {"critical": "bold red", "warning": "yellow"}


def list_findings() -> list[GateFinding]:
    """What failed in the gate's newest runs, accepted or not."""
    with connect(Role.READER) as connection:
        return newest_findings(connection)


def render_findings(findings: Sequence[GateFinding]) -> list[Text]:
    """A heading and a line for each finding; nothing where there are none."""
    if not findings:
        return []
    return [Text("\nThe gate", style="bold"), *(Text(found.words, style=_style(found)) for found in findings)]


def _style(found: GateFinding) -> str:
    return "cyan" if found.failure.accepted else _STYLES[found.failure.severity]


def render_gate(findings: Sequence[GateFinding], acceptances: Sequence[GateAcceptance], newest: date | None) -> Group:
    """The findings, and every acceptance with whether it still holds on the newest day."""
    rows = [
        (one.check, one.until_on, _state(one, newest), one.accepted_by, one.accepted_at.date(), one.why)
        for one in acceptances
    ]
    columns = ("check", "until", "state", "by", "on", "why")
    found = render_findings(findings) or [Text("The gate found nothing in its newest runs.")]
    return Group(*found, "", table("Accepted", columns, rows)) if rows else Group(*found)


def _state(acceptance: GateAcceptance, newest: date | None) -> str:
    return "over" if newest and newest > acceptance.until_on else "holds"
