"""Every customer's uplift as a file."""

from pathlib import Path

from perennial.uplift.errors import UpliftInputError
from perennial.uplift.results import UpliftReport
from perennial.uplift.segment_rule import segments

FORMATS = (".csv", ".parquet")


def save_table(report: UpliftReport, file: Path) -> None:
    """The file holds what `segments` tells. Its ending chooses CSV or Parquet. Raises UpliftInputError for others."""
    check_table(file)
    if file.suffix == ".csv":
        segments(report).to_csv(file, index=False)
    else:
        segments(report).to_parquet(file, index=False)


def check_table(file: Path) -> None:
    """Raises UpliftInputError for a file name that no table can be written to."""
    if file.suffix not in FORMATS:
        raise UpliftInputError(f"Customers are written as {' or '.join(FORMATS)}, not as {file.name!r}")
    if not file.absolute().parent.is_dir():
        raise UpliftInputError(f"There is no folder {file.parent} for the customers")
