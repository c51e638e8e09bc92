"""Tables and plots as files: the columns a person named, the formats there are, and how every plot looks."""

from perennial.tabular.columns import listed, missing_column_words
from perennial.tabular.plot_files import PlotFileError, check_plot_file, render_png, write_plot_file
from perennial.tabular.plot_style import (
    DASHES,
    INK,
    OCHRE,
    TEAL,
    panel_title,
    reliability_layers,
    series_color,
    styled,
)

__all__ = [
    "DASHES",
    "INK",
    "OCHRE",
    "TEAL",
    "PlotFileError",
    "check_plot_file",
    "listed",
    "missing_column_words",
    "panel_title",
    "reliability_layers",
    "render_png",
    "series_color",
    "styled",
    "write_plot_file",
]
