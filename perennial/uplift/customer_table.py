"""Every customer's uplift as a file."""

from pathlib import Path

from perennial.tabular import InputError
from perennial.uplift.report import UpliftReport, segments

FORMATS = (".csv", ".parquet")


def save_table(report: UpliftReport, file: Path) -> None:
    """The file holds the table `segments`, as CSV or Parquet by its suffix. Raises InputError for other suffixes."""
    check_table(file)
    if file.suffix == ".csv":
        segments(report).to_csv(file, index=False)
    else:
        segments(report).to_parquet(file, index=False)


def check_table(file: Path) -> None:
    """Raises InputError for a file that no table can be written to."""
    if file.suffix not in FORMATS:
        raise InputError(f"Customers are written as {' or '.join(FORMATS)}, not as {file.name!r}")
    if not file.absolute().parent.is_dir():
        raise InputError(f"There is no folder {file.parent} for the customers")
