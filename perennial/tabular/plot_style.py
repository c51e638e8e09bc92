"""How every plot looks: palette, titles, axes, and the reliability diagram that training and monitoring share."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

INK, TEAL, OCHRE, PALE = "#23313a", "#0b6e6e", "#b0793a", "#d7dee1"
DASHES = [4, 4]

ChartT = TypeVar("ChartT", "alt.Chart", "alt.LayerChart", "alt.HConcatChart", "alt.VConcatChart")


def styled(chart: ChartT, title: str, subtitle: str) -> ChartT:
    """The finished chart: title and subtitle at its left, on white, with pale axes and no frame."""
    import altair as alt

    heading = alt.TitleParams(title, subtitle=subtitle, anchor="start", fontSize=15, subtitleFontSize=11, offset=12)
    finished: ChartT = (
        chart.properties(title=heading, background="white", padding=16)
        .configure_axis(
            labelColor=INK, titleColor=INK, gridColor=PALE, domainColor=PALE, tickColor=PALE, titleFontWeight="normal"
        )
        .configure_title(color=INK, subtitleColor=INK)
        .configure_view(stroke=None)
    )
    return finished


def panel_title(text: str) -> "alt.TitleParams":
    """The title of one panel of several."""
    import altair as alt

    return alt.TitleParams(text, anchor="start", fontSize=12)


def series_color(colors: Mapping[str, str], orient: str) -> "alt.Color":
    """The column `who` in the color of each series, with a legend at `orient`."""
    import altair as alt

    scale = alt.Scale(domain=list(colors), range=list(colors.values()))
    return alt.Color("who:N", title=None, scale=scale, legend=alt.Legend(orient=orient, offset=8))  # type: ignore[arg-type]  # Altair's literals


def reliability_layers(
    points: "pd.DataFrame", colors: Mapping[str, str], axes: tuple[str, str], *, is_probability: bool
) -> "alt.LayerChart":
    """Predicted against observed in bins, with intervals, and the diagonal on which predictions equal outcomes.

    `points`: one row per bin and series, with `predicted`, `observed`, `low` and `high` in the unit of the prediction,
    and the series in `who`. `colors`: each series and its color. `axes`: the titles of x and y.
    """
    import altair as alt
    import pandas as pd

    top = float(max(points["high"].max(), points["predicted"].max())) * 1.05
    scale = alt.Scale(domain=[0, min(top, 1.0) if is_probability else top], nice=False)
    axis = alt.Axis(format=".0%" if is_probability else ",.0f")
    x = alt.X("predicted:Q", title=axes[0], scale=scale, axis=axis)
    y = alt.Y("observed:Q", title=axes[1], scale=scale, axis=axis)
    diagonal = alt.Chart(pd.DataFrame({"predicted": scale.domain, "observed": scale.domain}))
    chart = alt.Chart(points).encode(x=x, color=series_color(colors, "top-left"))
    return alt.LayerChart(
        layer=[
            diagonal.mark_line(color=INK, strokeDash=DASHES, opacity=0.5).encode(x=x, y=y),
            chart.mark_rule(strokeWidth=1.5, opacity=0.7).encode(y=alt.Y("low:Q", title=""), y2="high:Q"),
            chart.mark_line(strokeWidth=1, opacity=0.6).encode(y=y),
            chart.mark_point(size=50, filled=True, opacity=1).encode(y=y),
        ]
    )
