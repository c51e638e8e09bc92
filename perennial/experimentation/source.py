"""The rows of an experiment, read in batches from any kind of table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from perennial.statistics import Floats, Ints
from perennial.tabular import InputError, TableSource, is_csv, missing_column, open_dataset

BATCH_ROWS = 1 << 18


@dataclass(frozen=True)
class ExperimentColumns:
    """The column of each role; `values` are those of metrics and covariates."""

    arm: str
    values: tuple[str, ...]
    unit: str | None = None
    cluster: str | None = None
    time: str | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(filter(None, (self.unit, self.cluster))))

    @property
    def read(self) -> list[str]:
        """What one pass over the rows reads."""
        return list(dict.fromkeys([self.arm, *self.values, *filter(None, [self.time])]))


@dataclass(frozen=True)
class ValueBatch:
    """Rows that have an arm. `codes` (rows,) point into `arms`; `days` (rows,) since 1970-01-01; `values` (k, rows),
    nan where there is no number.
    """

    arms: tuple[str, ...]
    codes: Ints
    days: Ints
    values: Floats
    without_arm: int
    without_day: int


def open_columns(source: TableSource, dataset: ds.Dataset, columns: ExperimentColumns) -> ds.Dataset:
    """The dataset with its columns checked; those of a CSV file get the type of their role. Raises InputError."""
    _check_columns(dataset.schema, columns)
    if not is_csv(source):
        return dataset
    # Types are guessed from the first rows: ids that begin with digits, or cents that come late, would break the file.
    types = {name: pa.string() for name in (columns.arm, *columns.keys)}
    types |= {
        name: pa.float64()
        for name in columns.values
        if pa.types.is_integer(dataset.schema.field(name).type) or pa.types.is_null(dataset.schema.field(name).type)
    }
    return open_dataset(source, csv_types=types)


def _check_columns(schema: pa.Schema, columns: ExperimentColumns) -> None:
    roles = {"arm": columns.arm, "unit": columns.unit, "cluster": columns.cluster, "time": columns.time}
    for role, name in roles.items():
        if name is not None and name not in schema.names:
            raise missing_column(name, schema.names, role)
    for name in columns.values:
        if name not in schema.names:
            raise missing_column(name, schema.names, "covariate")
        data_type = schema.field(name).type
        if not (_is_number(data_type) or pa.types.is_null(data_type)):
            raise InputError(
                f"Column {name!r} holds {data_type}, not numbers: give a number for each row (1 and 0 for yes and no)"
            )
    if columns.time is not None and not _is_time(schema.field(columns.time).type):
        raise InputError(
            f"Column {columns.time!r} holds {schema.field(columns.time).type}, not days: write them as YYYY-MM-DD"
        )


def _is_number(data_type: pa.DataType) -> bool:
    checks = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_decimal)
    return any(check(data_type) for check in checks)


def _is_time(data_type: pa.DataType) -> bool:
    return bool(pa.types.is_date(data_type) or pa.types.is_timestamp(data_type))


def read_batches(dataset: ds.Dataset, columns: ExperimentColumns) -> Iterator[ValueBatch]:
    """The rows, a batch at a time. Raises InputError where the file breaks its own form."""
    try:
        for batch in dataset.to_batches(columns=columns.read, batch_size=BATCH_ROWS):
            if batch.num_rows:
                yield _read_values(batch, columns)
    except pa.ArrowInvalid as error:
        raise InputError(f"The data cannot be read: {error}") from error


def _read_values(batch: pa.RecordBatch, columns: ExperimentColumns) -> ValueBatch:
    arms = batch.column(columns.arm)
    days = _days_since_epoch(batch.column(columns.time)) if columns.time else None
    with_arm = arms.is_valid()
    without_arm = batch.num_rows - with_arm.true_count
    without_day = days.filter(with_arm).null_count if days is not None else 0
    kept = pc.and_(with_arm, days.is_valid()) if without_day and days is not None else with_arm
    if without_arm or without_day:
        batch, arms = batch.filter(kept), arms.filter(kept)
        days = days.filter(kept) if days is not None else None
    encoded = arms if pa.types.is_dictionary(arms.type) else arms.dictionary_encode()
    return ValueBatch(
        arms=tuple(encoded.dictionary.cast(pa.string()).to_pylist()),
        codes=encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64),
        days=np.zeros(len(arms), np.int64) if days is None else days.to_numpy(zero_copy_only=False).astype(np.int64),
        values=_value_matrix(batch, columns.values),
        without_arm=without_arm,
        without_day=without_day,
    )


def _days_since_epoch(column: pa.Array) -> pa.Array:
    """UTC days since 1970-01-01 of a date or timestamp column."""
    return column.cast(pa.date32(), safe=False).cast(pa.int32())


def _value_matrix(batch: pa.RecordBatch, names: Sequence[str]) -> Floats:
    values = np.empty((len(names) + 1, batch.num_rows))
    values[0] = 1.0
    for row, name in enumerate(names, start=1):
        # numpy gets nan for what is missing
        values[row] = batch.column(name).cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return values
