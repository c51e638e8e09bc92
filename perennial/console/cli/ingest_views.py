"""What an ingest did, for a person: a row per source, then the first of whatever was refused or reported."""

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.text import Text

from perennial.console.terminal import table

if TYPE_CHECKING:
    from perennial.ingestion import IngestReport

_KEPT = "All of them: raw.rejected_events (refused), raw.data_issues (reported)."


def render_reports(reports: "list[IngestReport]") -> Any:
    """A table of counts of events, why some were refused and what was reported, and the first example of each."""
    rows = [
        (
            report.source,
            report.count_loaded,
            report.count_duplicate,
            report.count_conflicting,
            report.count_rejected,
            _counted(report.reasons),
            f"{report.seconds:.1f}",
        )
        for report in reports
    ]
    columns = ("source", "loaded", "already there", "of these in conflict", "rejected", "why", "seconds")
    return Group(table("Ingested", columns, rows), *map(Text, _notes(reports)))


def _notes(reports: "list[IngestReport]") -> list[str]:
    notes = [f"{report.source}: reported {_counted(report.issues)}" for report in reports if report.issues]
    notes += [
        f"{report.source}{f', line {example.line}' if example.line else ''}: {example.what}: {example.excerpt}"
        for report in reports
        for example in report.examples
    ]
    if notes:
        notes.append(_KEPT)
    return notes + [f"Error: {report.failure}" for report in reports if report.failure]


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} x {what}" for what, count in sorted(counts.items(), key=lambda item: -item[1]))
