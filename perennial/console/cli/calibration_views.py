"""Calibration monitoring as a person reads it: the calibration gap of each stage, and how it went over time."""

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from perennial.console.terminal import table

if TYPE_CHECKING:
    from perennial.monitoring import CalibrationRecord, CalibrationSummary

SHOWN_DAYS = 13


def render_calibration(calibration: "CalibrationSummary") -> RenderableType:
    """The headline in a sentence per stage, its measures beside those that ignore messages, and the days."""
    title = Text("Calibration gap: predicted beside realised, horizons closed", style="bold")
    if not calibration.headlines:
        return Group(title, Text(f"{calibration.message}\n"))
    from perennial.monitoring import gap_sentence

    sentences = [Text(gap_sentence(record)) for record in calibration.headlines]
    parts: list[RenderableType] = [title, *sentences, Text(""), _measures(calibration), Text("")]
    return Group(*parts, *([_over_time(calibration), Text("")] if calibration.over_time else []))


def _measures(calibration: "CalibrationSummary") -> RenderableType:
    populations = (("untreated", calibration.headlines), ("everyone", calibration.ignoring_messages))
    rows = [
        (record.stage, population, _gap(record), _difference(record), _error(record), _line(record))
        for population, records in populations
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


def _over_time(calibration: "CalibrationSummary") -> RenderableType:
    rows = [
        (record.scored_from, record.stage, record.count_customers, record.predicted, record.realised, _gap(record))
        for record in calibration.over_time[-SHOWN_DAYS:]
    ]
    columns = ("scored on", "stage", "customers", "predicted", "realised", "gap")
    return table("Over time", columns, rows)


def _gap(record: "CalibrationRecord") -> str:
    return f"{record.gap:.1f} [{record.gap_low:.1f}, {record.gap_high:.1f}]"


def _difference(record: "CalibrationRecord") -> str:
    return f"{record.difference:+.1f} [{record.difference_low:+.1f}, {record.difference_high:+.1f}]"


def _error(record: "CalibrationRecord") -> str:
    return f"{record.error:.1f} [{record.error_low:.1f}, {record.error_high:.1f}] ({record.error_floor:.1f})"


def _line(record: "CalibrationRecord") -> str:
    if record.slope is None or record.intercept is None:
        return "-"
    return f"{record.slope:.2f}, {record.intercept:+.2f}"
