"""Pictures into files: SVG or PNG, drawn in-process, by the ending of the name."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import altair as alt

FORMATS = (".svg", ".png")


class PictureFileError(ValueError):
    """A file that no picture can be written to; the message says what to write instead."""


def check_picture_file(file: Path) -> None:
    """Raises PictureFileError for a name of another ending, or in a folder that is not there."""
    if file.suffix not in FORMATS:
        raise PictureFileError(f"A picture is written as {' or '.join(FORMATS)}, not as {file.name!r}")
    if not file.absolute().parent.is_dir():
        raise PictureFileError(f"There is no folder {file.parent} for the picture")


def write_picture_file(chart: "alt.TopLevelMixin", file: Path) -> None:
    """The file holds the chart. Raises PictureFileError."""
    import vl_convert

    check_picture_file(file)
    specification: dict[str, Any] = json.loads(chart.to_json())
    if file.suffix == ".svg":
        file.write_text(vl_convert.vegalite_to_svg(specification))
    else:
        file.write_bytes(vl_convert.vegalite_to_png(specification, scale=2))
