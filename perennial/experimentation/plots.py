"""The interval over time, one panel for each comparison, rendered in-process as SVG or PNG."""

from pathlib import Path
from typing import TYPE_CHECKING

from perennial.experimentation.results import Analysis, Look
from perennial.tabular import DASHES, INK, TEAL, InputError, panel_title, styled, write_plot_file

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

WIDTH, HEIGHT = 520, 180


def save_plot(analysis: Analysis, file: Path) -> None:
    """The file holds the interval of every comparison at the end of every day, as SVG or PNG by its suffix.

    Raises PlotFileError for another suffix, and InputError when the analysis had no time column.
    """
    write_plot_file(plot_interval_over_time(analysis), file)


def plot_interval_over_time(analysis: Analysis) -> "alt.VConcatChart":
    """A panel for each comparison: relative lift where every look has one, the plain difference otherwise."""
    import altair as alt

    panels = []
    for comparison in analysis.comparisons:
        looks = [
            look
            for look in analysis.looks
            if (look.metric, look.treatment) == (comparison.metric, comparison.treatment)
        ]
        if looks:
            panels.append(_panel(f"{comparison.metric}: {comparison.treatment} over {comparison.control}", looks))
    if not panels:
        raise InputError("An interval over time needs the day of each row: name its column with --time")
    validity = "anytime-valid: look at them daily" if analysis.is_sequential else "each valid for one planned look"
    return styled(
        alt.vconcat(*panels),
        "What the treatment changed, as known at the end of each day",
        f"Estimate with its {1 - analysis.alpha:.0%} interval, {validity}",
    )


def _panel(title: str, looks: list[Look]) -> "alt.LayerChart":
    import altair as alt

    points, is_relative = _points(looks)
    days = alt.X("on:T", title=None, axis=alt.Axis(format="%-d %b", labelOverlap=True, tickCount=10))
    scale = alt.Scale(domain=_later_range(points))
    axis = alt.Axis(format="+.1%" if is_relative else "+.3~g")
    low = alt.Y("low:Q", title="relative lift" if is_relative else "difference", scale=scale, axis=axis)
    chart = alt.Chart(points).encode(x=days)
    zero = alt.Chart(points[:1]).mark_rule(color=INK, strokeDash=DASHES, opacity=0.6).encode(y=alt.datum(0))
    return alt.LayerChart(
        layer=[
            chart.mark_area(color=TEAL, opacity=0.2, clip=True).encode(y=low, y2="high:Q"),
            zero,
            chart.mark_line(color=TEAL, strokeWidth=2, clip=True).encode(y="estimate:Q"),
        ]
    ).properties(width=WIDTH, height=HEIGHT, title=panel_title(title))


def _points(looks: list[Look]) -> tuple["pd.DataFrame", bool]:
    import pandas as pd

    relative = [(look.on, look.lift, look.lift_interval) for look in looks if look.lift_interval is not None]
    # Early on the control's mean may not be distinguished from zero yet; the lift begins where it is.
    is_relative = bool(relative) and looks[-1].lift_interval is not None
    plain = [(look.on, look.difference, look.interval) for look in looks]
    rows = [
        {"on": on.isoformat(), "estimate": estimate, "low": interval.low, "high": interval.high}
        for on, estimate, interval in (relative if is_relative else plain)
        if interval is not None
    ]
    return pd.DataFrame(rows), is_relative


def _later_range(points: "pd.DataFrame") -> list[float]:
    """The range of the later half: the first days' intervals would flatten everything after them."""
    later = points[len(points) // 2 :]
    low, high = min(float(later["low"].min()), 0.0), max(float(later["high"].max()), 0.0)
    margin = 0.25 * (high - low) or 1.0
    return [low - margin, high + margin]
