"""Audiences as a person reads them: what changed, and why one customer is in or out."""

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from perennial.console.terminal import table

if TYPE_CHECKING:
    from perennial.audiences import Condition, Diff, Explanation

SHOWN = 20
MARKS = {True: ("✔", "green"), False: ("✘", "red"), None: ("·", "dim")}


def render_diff(changes: "Diff") -> RenderableType:
    """Counts first, then the first names of each side; `--json` holds them all."""
    title = f"{changes.stage}: {changes.previous.as_of} → {changes.run.as_of}"
    counts = [("stayed", changes.count_stayed), ("entered", len(changes.entered)), ("left", len(changes.left))]
    counts += [(f"  now in {stage}", count) for stage, count in changes.went_to.items()]
    lines: list[RenderableType] = [table(title, ("", "customers"), counts)]
    lines.append(Text(f"\nEntered: {_names(changes.entered)}"))
    lines.append(Text(f"Left: {_names([f'{one.customer_id} ({one.stage_now})' for one in changes.left])}"))
    return Group(*lines)


def render_explanation(explanation: "Explanation") -> RenderableType:
    """Every condition in order, met or not, and the reasons behind the score."""
    heading = f"Customer {explanation.customer_id} as of {explanation.as_of}: {_verdict(explanation)}"
    lines: list[RenderableType] = [Text(heading, style="bold"), *map(_condition_line, explanation.conditions)]
    lines += [Text(f"    {reason}", style="dim") for reason in explanation.reasons]
    return Group(*lines)


def _verdict(explanation: "Explanation") -> str:
    if not explanation.is_member:
        return "in no audience"
    return f"in the {explanation.stage} audience" + ("" if explanation.is_exported else ", but never exported")


def _condition_line(condition: "Condition") -> Text:
    mark, colour = MARKS[condition.is_passed]
    line = Text(f"  {mark} ", style=colour).append(f"{condition.name:<12} ", style="bold")
    return line.append(condition.words, style="default")


def _names(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return (", ".join(names[:SHOWN]) or "nobody") + more
