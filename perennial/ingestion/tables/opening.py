"""A brand's file as a table, whatever form it has."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from shutil import copyfileobj

from perennial.ingestion.reports import UnopenedFileError
from perennial.ingestion.tables.contents import Contents
from perennial.ingestion.tables.csv_tables import open_csv
from perennial.ingestion.tables.options import TableOptions
from perennial.ingestion.tables.parquet_tables import open_parquet

STANDARD_INPUT = "-"
_PARQUET = b"PAR1"


@contextmanager
def open_table(path_or_dash: str | Path, options: TableOptions) -> Iterator[Contents]:
    """The table in a CSV file (plain or gzip) or a Parquet file, known by its first bytes; `-` is standard input.

    Raises UnreadableFileError for a file that is no table, naming its form and what to do.
    """
    if str(path_or_dash) == STANDARD_INPUT:
        # A table is read twice: what is ambiguous in a row, its other rows decide.
        with tempfile.NamedTemporaryFile(prefix="perennial-") as copy:
            copyfileobj(sys.stdin.buffer, copy)
            copy.flush()
            with _open(Path(copy.name), options) as contents:
                yield contents
    else:
        with _open(Path(path_or_dash), options) as contents:
            yield contents


def source_name(path_or_dash: str | Path) -> str:
    """The name under which what a file held stands in `raw`."""
    return "stdin" if str(path_or_dash) == STANDARD_INPUT else Path(path_or_dash).name


def _open(path: Path, options: TableOptions) -> AbstractContextManager[Contents]:
    try:
        with path.open("rb") as file:
            is_parquet = file.read(len(_PARQUET)) == _PARQUET
    except OSError as error:
        raise UnopenedFileError(
            f"{path} cannot be read ({error.strerror}): give a .csv, .csv.gz or .parquet file, or - for standard input"
        ) from error
    return open_parquet(path) if is_parquet else open_csv(path, options)
