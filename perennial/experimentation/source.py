"""The data of an experiment, wherever it lies: an Arrow table, a CSV or a Parquet file, read in batches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.dataset as ds

from perennial.experimentation.errors import ExperimentInputError, missing_column
from perennial.experimentation.moments import Codes, Floats

BATCH_ROWS = 1 << 18
Data: TypeAlias = pa.Table | str | Path


@dataclass(frozen=True)
class Layout:
    """Which column plays which part."""

    arm: str
    values: tuple[str, ...]
    unit: str | None = None
    cluster: str | None = None
    time: str | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(filter(None, (self.unit, self.cluster))))

    @property
    def columns(self) -> list[str]:
        return list(dict.fromkeys([self.arm, *self.values, *filter(None, [self.time])]))


@dataclass(frozen=True)
class Batch:
    """Rows that have an arm. `codes` point into `arms`; `values` (k, rows) with nan where there is no number."""

    arms: tuple[str, ...]
    codes: Codes
    days: Codes
    values: Floats
    without_arm: int
    without_day: int


def open_data(data: Data) -> ds.Dataset:
    """The data as an Arrow dataset. Raises FileNotFoundError, or ExperimentInputError for what cannot be read."""
    if isinstance(data, pa.Table):
        return ds.dataset(data)
    path = Path(data)
    if not path.exists():
        raise FileNotFoundError(2, "no such file", str(path))
    try:
        return ds.dataset(str(path), format=_format(path))
    except (pa.ArrowInvalid, OSError) as error:
        raise ExperimentInputError(f"{path} cannot be read: {error}") from error


def _format(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if path.is_dir() or {".parquet", ".pq"} & set(suffixes):
        return "parquet"
    if ".csv" in suffixes:
        return "csv"
    raise ExperimentInputError(f"{path} is neither CSV nor Parquet: give a file that ends in .csv, .csv.gz or .parquet")


def with_layout(data: Data, dataset: ds.Dataset, layout: Layout) -> ds.Dataset:
    """The dataset, its columns checked, those of a CSV typed by their part and not by their first rows."""
    _check_columns(dataset.schema, layout)
    if isinstance(data, pa.Table) or _format(Path(data)) == "parquet":
        return dataset
    # Types are guessed from the first rows: ids that begin with digits, or cents that come late, would break the file.
    types = {name: pa.string() for name in (layout.arm, *layout.keys)}
    types |= {
        name: pa.float64()
        for name in layout.values
        if pa.types.is_integer(dataset.schema.field(name).type) or pa.types.is_null(dataset.schema.field(name).type)
    }
    convert = pyarrow.csv.ConvertOptions(column_types=types, strings_can_be_null=True)
    return ds.dataset(str(data), format=ds.CsvFileFormat(convert_options=convert))


def _check_columns(schema: pa.Schema, layout: Layout) -> None:
    parts = {"arm": layout.arm, "unit": layout.unit, "cluster": layout.cluster, "time": layout.time}
    for part, name in parts.items():
        if name is not None and name not in schema.names:
            raise missing_column(name, schema.names, part)
    for name in layout.values:
        if name not in schema.names:
            raise missing_column(name, schema.names, "covariate")
        kind = schema.field(name).type
        if not (_is_number(kind) or pa.types.is_null(kind)):
            raise ExperimentInputError(
                f"Column {name!r} holds {kind}, not numbers: give a number for each row (1 and 0 for yes and no)"
            )
    if layout.time is not None and not _is_time(schema.field(layout.time).type):
        raise ExperimentInputError(
            f"Column {layout.time!r} holds {schema.field(layout.time).type}, not days: write them as YYYY-MM-DD"
        )


def _is_number(kind: pa.DataType) -> bool:
    checks = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_decimal)
    return any(check(kind) for check in checks)


def _is_time(kind: pa.DataType) -> bool:
    return bool(pa.types.is_date(kind) or pa.types.is_timestamp(kind))


def read_batches(dataset: ds.Dataset, layout: Layout) -> Iterator[Batch]:
    """The rows, a batch at a time. Raises ExperimentInputError where the file breaks its own form."""
    try:
        for batch in dataset.to_batches(columns=layout.columns, batch_size=BATCH_ROWS):
            if batch.num_rows:
                yield _batch(batch, layout)
    except pa.ArrowInvalid as error:
        raise ExperimentInputError(f"The data cannot be read: {error}") from error


def _batch(batch: pa.RecordBatch, layout: Layout) -> Batch:
    arms = batch.column(layout.arm)
    days = days_since_epoch(batch.column(layout.time)) if layout.time else None
    with_arm = arms.is_valid()
    without_arm = batch.num_rows - with_arm.true_count
    without_day = days.filter(with_arm).null_count if days is not None else 0
    kept = pc.and_(with_arm, days.is_valid()) if without_day and days is not None else with_arm
    if without_arm or without_day:
        batch, arms = batch.filter(kept), arms.filter(kept)
        days = days.filter(kept) if days is not None else None
    encoded = arms if pa.types.is_dictionary(arms.type) else arms.dictionary_encode()
    return Batch(
        arms=tuple(encoded.dictionary.cast(pa.string()).to_pylist()),
        codes=encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64),
        days=np.zeros(len(arms), np.int64) if days is None else days.to_numpy(zero_copy_only=False).astype(np.int64),
        values=_values(batch, layout.values),
        without_arm=without_arm,
        without_day=without_day,
    )


def days_since_epoch(column: pa.Array) -> pa.Array:
    """UTC days since 1970-01-01 of a date or timestamp column."""
    return column.cast(pa.date32(), safe=False).cast(pa.int32())


def _values(batch: pa.RecordBatch, names: Sequence[str]) -> Floats:
    values = np.empty((len(names) + 1, batch.num_rows))
    values[0] = 1.0
    for row, name in enumerate(names, start=1):
        # numpy gets nan for what is missing
        values[row] = batch.column(name).cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return values
