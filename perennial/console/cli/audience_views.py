"""Audiences as a person reads them: what changed, and why one customer is in or out."""

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from perennial.consent import PROFILING, TRAINING
from perennial.console.cli.cadence_views import render_cadence
from perennial.console.terminal import table
from perennial.lifecycle import load_lifecycle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perennial.audiences import Condition, Diff, Explanation, Run
    from perennial.cadence import Cadence

SHOWN = 20
MARKS = {True: ("✔", "green"), False: ("✘", "red"), None: ("·", "dim")}


def render_audiences(runs: "Sequence[Run]", cadence: "Cadence | None" = None) -> RenderableType:
    """What keeps everybody out, first; a line for each audience; why a rule orders it; the cadence."""
    rows = [(run.stage, run.row_count, run.count_holdout, str(run.as_of), run.ordered_by, run.is_stale) for run in runs]
    columns = ("stage", "members", "held out", "as of", "ordered by", "stale")
    lines: list[RenderableType] = [table("Audiences", columns, rows)]
    if missing := missing_consent(runs):
        lines.insert(0, Text(f"{missing}\n", style="yellow"))
    lines += [Text(f"{run.stage}: {run.why_no_model}", style="dim") for run in runs if run.why_no_model]
    return Group(*lines, *render_cadence(cadence))


def missing_consent(runs: "Sequence[Run]") -> str | None:
    """What to do where audiences are empty for want of consent; None where somebody is a member."""
    unasked = sum(run.count_without_consent for run in runs)
    if not unasked or any(run.row_count for run in runs):
        return None
    return (
        f"Nobody is in any audience: none of {unasked:,} customers consents to {PROFILING} and to a channel that "
        "reaches them. Where their consents are on record elsewhere, load their events again with your word for it "
        f"(nothing is doubled), then run again:\n{_attesting_command()}\n    perennial run"
    )


def _attesting_command() -> str:
    """On several lines that can be typed as they stand, however narrow the terminal."""
    purposes = (PROFILING, TRAINING, *load_lifecycle().channels)
    lines = [
        "    perennial ingest events FILE --evidence TEXT",
        *(f"      --attest-consent {name}" for name in purposes),
    ]
    return " \\\n".join(lines)


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
