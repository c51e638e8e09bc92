"""Every customer's uplift and segment, as a table and as a file."""

from pathlib import Path

import pandas as pd

from perennial.tabular import InputError
from perennial.uplift.report import UpliftReport

COLUMNS = ["customer_id", "uplift", "low", "high", "segment"]
FORMATS = (".csv", ".parquet")


def segments(report: UpliftReport) -> pd.DataFrame:
    """`customer_id, uplift, low, high, segment`, one row for each customer of the trial, the most uplift first; then
    pending customers.

    `uplift`: what treating adds to the outcome, calibrated and predicted out of fold. `low` and `high`: the 95 %
    interval of the average uplift of customers with the same prediction. `segment`: see `UpliftSegment`;
    `persuadables` and `do_not_disturb` occur only where supported, and may then be published; where no differences were
    found all are `alike`.
    """
    ordered = [table.sort_values(["rank", "customer_id"])[COLUMNS] for table in (report.customers, report.pending)]
    return pd.concat([table for table in ordered if len(table)], ignore_index=True)


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
