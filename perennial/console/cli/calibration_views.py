"""Predicted against realised as a person reads it: the confidence gap of each stage, and how it went over time."""

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from perennial.console.cli.output import table

if TYPE_CHECKING:
    from perennial.monitoring import Realised
    from perennial.monitoring.records import Record

SHOWN_DAYS = 13


def render_realised(realised: "Realised") -> RenderableType:
    """The headline in a sentence per stage, its measures beside those that ignore messages, and the days."""
    title = Text("Confidence gap: predicted beside realised, horizons closed", style="bold")
    if not realised.headlines:
        return Group(title, Text(f"{realised.message}\n"))
    from perennial.monitoring.summary import tell_gap

    sentences = [Text(tell_gap(record)) for record in realised.headlines]
    parts: list[RenderableType] = [title, *sentences, Text(""), _measures(realised), Text("")]
    return Group(*parts, *([_over_time(realised), Text("")] if realised.over_time else []))


def _measures(realised: "Realised") -> RenderableType:
    rows = [
        (record.stage, who, _points(record), _difference(record), _error(record), _line(record))
        for who, records in (("without a message", realised.headlines), ("everyone", realised.ignoring_messages))
        for record in records
    ]
    columns = (
        "stage",
        "measured on",
        "gap",
        "predicted less realised",
        "calibration error (floor)",
        "slope, intercept",
    )
    return table("In points, with 95 % intervals over customers", columns, sorted(rows))


def _over_time(realised: "Realised") -> RenderableType:
    rows = [
        (record.scored_from, record.stage, record.count_customers, record.predicted, record.realised, _points(record))
        for record in realised.over_time[-SHOWN_DAYS:]
    ]
    columns = ("scored on", "stage", "customers", "predicted", "realised", "gap")
    return table("Over time", columns, rows)


def _points(record: "Record") -> str:
    return f"{record.gap:.1f} [{record.gap_low:.1f}, {record.gap_high:.1f}]"


def _difference(record: "Record") -> str:
    return f"{record.difference:+.1f} [{record.difference_low:+.1f}, {record.difference_high:+.1f}]"


def _error(record: "Record") -> str:
    return f"{record.error:.1f} [{record.error_low:.1f}, {record.error_high:.1f}] ({record.error_floor:.1f})"


def _line(record: "Record") -> str:
    if record.slope is None or record.intercept is None:
        return "-"
    return f"{record.slope:.2f}, {record.intercept:+.2f}"
