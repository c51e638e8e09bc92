"""Predicted against realised, a panel for each stage: without messages, and everyone behind."""

from pathlib import Path
from typing import TYPE_CHECKING

from perennial.monitoring.calibration_records import CalibrationRecord
from perennial.monitoring.summary import CalibrationSummary
from perennial.stages import PredictionKind
from perennial.tabular import OCHRE, TEAL, panel_title, reliability_layers, styled, write_plot_file

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

SIDE = 300
_SERIES = {"without a message": TEAL, "everyone": OCHRE}


class NothingToDrawError(ValueError):
    """Nothing has been measured yet that could be drawn; the message says why."""


def save_calibration_plot(calibration: CalibrationSummary, file: Path) -> None:
    """The file shows the reliability of each stage's headline. Its ending chooses SVG or PNG.

    Raises NothingToDrawError, and PlotFileError for a file that cannot be written.
    """
    if not calibration.headlines:
        raise NothingToDrawError(f"{calibration.model}: {calibration.message}, so there is nothing to draw")
    write_plot_file(calibration_plot(calibration), file)


def calibration_plot(calibration: CalibrationSummary) -> "alt.HConcatChart":
    """A panel per stage: bins of like predictions with intervals, and the diagonal of calibrated predictions."""
    import altair as alt

    naive = {record.stage: record for record in calibration.ignoring_messages}
    panels = [_panel(record, naive.get(record.stage)) for record in calibration.headlines]
    span = f"{calibration.headlines[0].scored_from} to {calibration.headlines[-1].scored_to}"
    return styled(
        alt.hconcat(*panels),
        f"{calibration.model}: predicted beside realised",
        f"Scored {span}, horizon of {calibration.headlines[0].horizon_days} days closed; 95 % intervals",
    )


def _panel(record: CalibrationRecord, naive: CalibrationRecord | None) -> "alt.LayerChart":
    import pandas as pd

    points = pd.concat([_bins(record, "without a message"), *([_bins(naive, "everyone")] if naive else [])])
    is_probability = record.kind == PredictionKind.PROBABILITY
    unit = "points" if is_probability else "percent"
    title = f"{record.stage}: gap {record.gap:.1f} {unit} [{record.gap_low:.1f}, {record.gap_high:.1f}]"
    layers = reliability_layers(points, _SERIES, ("predicted", "realised"), is_probability=is_probability)
    return layers.properties(width=SIDE, height=SIDE, title=panel_title(title))


def _bins(record: CalibrationRecord, who: str) -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame(record.bins).assign(who=who)
