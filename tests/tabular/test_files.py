"""One way to open a table: as a dataset read in batches, or as a data frame, with the same errors."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from perennial.tabular import InputError, is_csv, open_dataset, read_frame

FRAME = pd.DataFrame({"customer": ["007", "8"], "spend": [1.5, 0.0]})
TEXT = "customer,spend\n007,1.5\n8,\n"


def as_frame(source: Any) -> pd.DataFrame:
    frame: pd.DataFrame = open_dataset(source).to_table().to_pandas()
    return frame


@pytest.fixture(params=["parquet", "frame", "table"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    if request.param == "parquet":
        FRAME.to_parquet(tmp_path / "trial.parquet")
        return str(tmp_path / "trial.parquet")
    return FRAME if request.param == "frame" else pa.Table.from_pandas(FRAME)


@pytest.mark.parametrize("read", [as_frame, read_frame])
def test_every_kind_of_table_has_the_same_rows(source: Any, read: Callable[[Any], pd.DataFrame]) -> None:
    pd.testing.assert_frame_equal(read(source), FRAME)
    assert not is_csv(source)


@pytest.mark.parametrize("name", ["trial.csv", "trial.csv.gz", "TRIAL.CSV"])
def test_text_columns_of_a_csv_stay_text(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes(gzip.compress(TEXT.encode()) if name.endswith(".gz") else TEXT.encode())
    assert is_csv(file)
    assert read_frame(file, ["customer"])["customer"].tolist() == ["007", "8"]
    typed = open_dataset(file, {"customer": pa.string(), "spend": pa.float64()}).to_table()
    assert typed["customer"].to_pylist() == ["007", "8"]
    assert typed["spend"].to_pylist() == [1.5, None]


@pytest.mark.parametrize("read", [open_dataset, read_frame])
def test_what_is_no_table_is_refused_alike(read: Callable[[Path], object], tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "gone.csv")
    (tmp_path / "book.xlsx").touch()
    with pytest.raises(InputError, match=r"neither CSV nor Parquet: give a file that ends in .csv"):
        read(tmp_path / "book.xlsx")
    for name in ("empty.csv", "broken.parquet"):
        (tmp_path / name).touch()
        with pytest.raises(InputError, match=f"{name} cannot be read"):
            read(tmp_path / name)
