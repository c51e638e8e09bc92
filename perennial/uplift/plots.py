"""The Qini curve and the lift by decile, side by side, rendered in-process as SVG or PNG."""

from pathlib import Path
from typing import TYPE_CHECKING

from perennial.tabular import DASHES, INK, OCHRE, TEAL, panel_title, series_color, styled, write_plot_file
from perennial.uplift.report import UpliftReport

if TYPE_CHECKING:
    import altair as alt

WIDTH, HEIGHT = 440, 300


def save_plot(report: UpliftReport, file: Path) -> None:
    """The file holds the Qini curve and the lift by decile, as SVG or PNG by its suffix. Raises PlotFileError."""
    write_plot_file(plot_report(report), file)


def plot_report(report: UpliftReport) -> "alt.HConcatChart":
    """Both plots, with the verdict as their title."""
    import altair as alt

    return styled(
        alt.hconcat(plot_qini_curve(report), plot_lift_by_decile(report)),
        f"Uplift of {report.outcome}: {report.verdict.replace('_', ' ')}",
        f"{report.rows:,} customers, on rows that neither fitting nor choosing has used; 95 % intervals",
    )


def plot_qini_curve(report: UpliftReport) -> "alt.LayerChart":
    """What treating the best share gains per customer of all, beside treating as many at random."""
    import altair as alt
    import pandas as pd

    points = pd.DataFrame(
        [{"share": point.share, "random": point.random, **vars(point.gain)} for point in report.ranking.curve]
    )
    x = alt.X("share:Q", title="share of customers treated, most uplift first", axis=alt.Axis(format=".0%"))
    chart = alt.Chart(points).encode(x=x)
    low = alt.Y("low:Q", title=f"{report.outcome} gained per customer", axis=alt.Axis(format="+.3~g"))
    lines = points.rename(columns={"estimate": "by uplift", "random": "at random"}).melt(
        id_vars="share", value_vars=["by uplift", "at random"], var_name="who", value_name="gain"
    )
    color = series_color({"by uplift": TEAL, "at random": OCHRE}, "bottom")
    qini = report.ranking.qini
    return alt.LayerChart(
        layer=[
            chart.mark_area(color=TEAL, opacity=0.15).encode(y=low, y2="high:Q"),
            alt.Chart(lines).mark_line(strokeWidth=2).encode(x=x, y=alt.Y("gain:Q", title=""), color=color),
        ]
    ).properties(
        width=WIDTH,
        height=HEIGHT,
        title=panel_title(f"Qini: {qini.estimate:+.3g} above random ({qini.low:+.3g} to {qini.high:+.3g})"),
    )


def plot_lift_by_decile(report: UpliftReport) -> "alt.LayerChart":
    """Predicted against realised lift of each decile, with intervals."""
    import altair as alt
    import pandas as pd

    points = pd.DataFrame(
        [{"decile": decile.number, "predicted": decile.predicted, **vars(decile.realised)} for decile in report.deciles]
    )
    x = alt.X("decile:O", title="decile of the customers, most uplift first", axis=alt.Axis(labelAngle=0))
    chart = alt.Chart(points).encode(x=x)
    title = f"{report.outcome} gained per customer treated"
    zero = alt.Chart(points[:1]).mark_rule(color=INK, strokeDash=DASHES, opacity=0.5).encode(y=alt.datum(0))
    return alt.LayerChart(
        layer=[
            zero,
            chart.mark_rule(color=TEAL, strokeWidth=1.5).encode(
                y=alt.Y("low:Q", title=title, axis=alt.Axis(format="+.3~g")), y2="high:Q"
            ),
            chart.mark_point(color=TEAL, filled=True, size=60, opacity=1).encode(y="estimate:Q"),
            chart.mark_tick(color=OCHRE, thickness=3, width=22, opacity=1).encode(y="predicted:Q"),
        ]
    ).properties(
        width=WIDTH,
        height=HEIGHT,
        title=panel_title("Lift by decile: realised (points, with intervals) and predicted (bars)"),
    )
