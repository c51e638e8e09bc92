"""One way to open a table, wherever it is: a data frame, an Arrow table, or a CSV or Parquet file."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, TypeAlias

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.dataset as ds

from perennial.tabular.errors import InputError

TableSource: TypeAlias = pd.DataFrame | pa.Table | str | Path


def open_dataset(source: TableSource, csv_types: Mapping[str, pa.DataType] | None = None) -> ds.Dataset:
    """The table as an Arrow dataset, of which batches are read as they are needed, however many rows there are.

    `csv_types`: the types of columns of a CSV file, which are guessed from its first rows where none is given; empty
    cells of text columns are then missing. Raises FileNotFoundError, and InputError for what cannot be read.
    """
    if isinstance(source, pd.DataFrame):
        return ds.dataset(pa.Table.from_pandas(source, preserve_index=False))
    if isinstance(source, pa.Table):
        return ds.dataset(source)
    path, file_format = _find(source)
    try:
        if file_format == "csv" and csv_types is not None:
            convert = pyarrow.csv.ConvertOptions(column_types=csv_types, strings_can_be_null=True)
            return ds.dataset(str(path), format=ds.CsvFileFormat(convert_options=convert))
        return ds.dataset(str(path), format=file_format)
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error


def read_frame(source: TableSource, text_columns: Iterable[str] = ()) -> pd.DataFrame:
    """The table as a data frame in memory.

    `text_columns` of a CSV file are read as text even where they look like numbers, so that an id of 007 stays 007.
    Raises FileNotFoundError, and InputError for what cannot be read.
    """
    if isinstance(source, pd.DataFrame):
        return source
    if isinstance(source, pa.Table):
        return pd.DataFrame(source.to_pandas())
    path, file_format = _find(source)
    try:
        if file_format == "parquet":
            return pd.read_parquet(path)
        return pd.read_csv(path, dtype=dict.fromkeys(text_columns, "string"), low_memory=False)
    except (pa.ArrowInvalid, pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError, OSError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error


def is_csv(source: TableSource) -> bool:
    """Whether the table is a CSV file, whose column types are guessed unless given."""
    return isinstance(source, str | Path) and _format(Path(source)) == "csv"


def _find(source: str | Path) -> tuple[Path, Literal["csv", "parquet"]]:
    path = Path(source)
    if not path.exists():
        raise FileNotFoundError(2, "no such file", str(path))
    return path, _format(path)


def _format(path: Path) -> Literal["csv", "parquet"]:
    suffixes = {suffix.lower() for suffix in path.suffixes}
    if path.is_dir() or {".parquet", ".pq"} & suffixes:
        return "parquet"
    if ".csv" in suffixes:
        return "csv"
    raise InputError(f"{path} is neither CSV nor Parquet: give a file that ends in .csv, .csv.gz or .parquet")
