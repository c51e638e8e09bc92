"""Plots as bytes and files: SVG or PNG, rendered in-process, by the suffix of the name."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import altair as alt

FORMATS = (".svg", ".png")


class PlotFileError(ValueError):
    """A file that no plot can be written to; the message names the formats there are, or the missing folder."""


def check_plot_file(file: Path) -> None:
    """Raises PlotFileError for another suffix, or a folder that does not exist."""
    if file.suffix not in FORMATS:
        raise PlotFileError(f"A plot is written as {' or '.join(FORMATS)}, not as {file.name!r}")
    if not file.absolute().parent.is_dir():
        raise PlotFileError(f"There is no folder {file.parent} for the plot")


def write_plot_file(chart: "alt.TopLevelMixin", file: Path) -> None:
    """The file holds the chart, in the format of its suffix. Raises PlotFileError."""
    check_plot_file(file)
    file.write_bytes(render_svg(chart) if file.suffix == ".svg" else render_png(chart))


def render_png(chart: "alt.TopLevelMixin") -> bytes:
    """The chart as PNG, two pixels to each of its own."""
    import vl_convert

    png: bytes = vl_convert.vegalite_to_png(_specification(chart), scale=2)
    return png


def render_svg(chart: "alt.TopLevelMixin") -> bytes:
    """The chart as SVG, in UTF-8."""
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg(_specification(chart))
    return svg.encode()


def _specification(chart: "alt.TopLevelMixin") -> dict[str, Any]:
    specification: dict[str, Any] = json.loads(chart.to_json())
    return specification
