"""Predicted against realised, a panel for each stage: without messages, and everyone behind."""

from pathlib import Path
from typing import TYPE_CHECKING

from perennial.monitoring.records import Record
from perennial.monitoring.summary import Realised
from perennial.stages import PredictionKind
from perennial.tabular.plot_files import write_picture_file

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

INK, UNMESSAGED, EVERYONE, PALE = "#23313a", "#0b6e6e", "#b0793a", "#d7dee1"
SIDE = 300
_WHO = {"without a message": UNMESSAGED, "everyone": EVERYONE}


class NothingToDrawError(ValueError):
    """There is nothing realised yet to draw; the message says since when there will be."""


def save_realised_picture(realised: Realised, file: Path) -> None:
    """The file shows the reliability of each stage's headline. Its ending chooses SVG or PNG.

    Raises NothingToDrawError, and PictureFileError for a file that cannot be written.
    """
    if not realised.headlines:
        raise NothingToDrawError(f"{realised.model}: {realised.message}, so there is nothing to draw")
    write_picture_file(realised_picture(realised), file)


def realised_picture(realised: Realised) -> "alt.HConcatChart":
    """A panel per stage: bins of like predictions with intervals, and the diagonal of predictions that hold."""
    import altair as alt

    naive = {record.stage: record for record in realised.ignoring_messages}
    panels = [_panel(record, naive.get(record.stage)) for record in realised.headlines]
    span = f"{realised.headlines[0].scored_from} to {realised.headlines[-1].scored_to}"
    words = alt.TitleParams(
        f"{realised.model}: predicted beside realised",
        subtitle=f"Scored {span}, horizon of {realised.headlines[0].horizon_days} days closed; 95 % intervals",
        anchor="start",
        fontSize=15,
        subtitleFontSize=11,
        offset=12,
    )
    drawn: alt.HConcatChart = (
        alt.hconcat(*panels, title=words, background="white", padding=16)
        .configure_axis(labelColor=INK, titleColor=INK, gridColor=PALE, domainColor=PALE, titleFontWeight="normal")
        .configure_title(color=INK, subtitleColor=INK)
        .configure_view(stroke=None)
    )
    return drawn


def _panel(record: Record, naive: Record | None) -> "alt.LayerChart":
    import altair as alt
    import pandas as pd

    points = pd.concat([_bins(record, "without a message"), *([_bins(naive, "everyone")] if naive else [])])
    top = 1.05 * float(max(points["high"].max(), points["predicted"].max()))
    is_probability = record.kind == PredictionKind.PROBABILITY
    scale = alt.Scale(domain=[0, min(top, 1.0) if is_probability else top], nice=False)
    axis = alt.Axis(format=".0%" if is_probability else ",.0f")
    x = alt.X("predicted:Q", title="predicted", scale=scale, axis=axis)
    y = alt.Y("observed:Q", title="realised", scale=scale, axis=axis)
    colors = alt.Scale(domain=list(_WHO), range=list(_WHO.values()))
    who = alt.Color("who:N", title=None, scale=colors, legend=alt.Legend(orient="top-left", offset=8))
    diagonal = alt.Chart(pd.DataFrame({"predicted": scale.domain, "observed": scale.domain}))
    chart = alt.Chart(points).encode(x=x, color=who)
    unit = "points" if is_probability else "percent"
    title = alt.TitleParams(
        f"{record.stage}: gap {record.gap:.1f} {unit} [{record.gap_low:.1f}, {record.gap_high:.1f}]",
        anchor="start",
        fontSize=12,
    )
    return alt.LayerChart(
        layer=[
            diagonal.mark_line(color=INK, strokeDash=[4, 4], opacity=0.5).encode(x=x, y=y),
            chart.mark_rule(strokeWidth=1.5, opacity=0.7).encode(y=alt.Y("low:Q", title=""), y2="high:Q"),
            chart.mark_line(strokeWidth=1, opacity=0.6).encode(y=y),
            chart.mark_point(size=50, filled=True, opacity=1).encode(y=y),
        ]
    ).properties(width=SIDE, height=SIDE, title=title)


def _bins(record: Record, who: str) -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame(record.bins).assign(who=who)
