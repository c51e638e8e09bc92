"""Tables and plots as files: how tables are opened and their columns named, and how every plot looks and is written."""

from perennial.tabular.columns import missing_column, quoted_list
from perennial.tabular.errors import InputError
from perennial.tabular.files import TableSource, is_csv, open_dataset, read_frame
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
    "InputError",
    "PlotFileError",
    "TableSource",
    "check_plot_file",
    "is_csv",
    "missing_column",
    "open_dataset",
    "panel_title",
    "quoted_list",
    "read_frame",
    "reliability_layers",
    "render_png",
    "series_color",
    "styled",
    "write_plot_file",
]
