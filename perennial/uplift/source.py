"""The data of a randomised trial, wherever it lies: a data frame, an Arrow table, a CSV or a Parquet file."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pandas as pd
import pyarrow as pa

from perennial.tabular import listed
from perennial.uplift.arrays import Bools, Floats
from perennial.uplift.columns import chances_of, check_outcome, features_of, numbers, risk_of, units_of
from perennial.uplift.errors import UpliftInputError, missing_column
from perennial.uplift.layout import Layout, name_of

Data: TypeAlias = pd.DataFrame | pa.Table | str | Path
MOST_ARMS = 20


@dataclass(frozen=True)
class Rows:
    """The rows of both arms. `chance` is each row's probability of having been treated; `units` names each row."""

    features: pd.DataFrame
    treated: Bools
    outcome: Floats
    chance: Floats
    is_chance_given: bool
    units: "pd.Series[str]"
    risk: Floats | None
    notes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.outcome)


def read_rows(data: Data, layout: Layout) -> Rows:
    """The rows of the two arms, checked. Raises UpliftInputError, FileNotFoundError."""
    frame = _frame(data, layout)
    for part, column in layout.roles.items():
        if column not in frame.columns:
            raise missing_column(column, list(frame.columns), part)
    arms, notes = _arms(frame, layout)
    kept = arms.isin([layout.treated, layout.control])
    frame, treated = frame[kept].reset_index(drop=True), (arms[kept] == layout.treated).to_numpy()
    outcome = numbers(frame, layout.outcome, "outcome")
    check_outcome(outcome, treated, layout)
    chance, is_given = chances_of(frame, layout, treated)
    features, dropped = features_of(frame, layout)
    return Rows(
        features=features,
        treated=treated,
        outcome=outcome,
        chance=chance,
        is_chance_given=is_given,
        units=units_of(frame, layout),
        risk=risk_of(frame, layout.risk) if layout.risk else None,
        notes=(*notes, *dropped),
    )


def _frame(data: Data, layout: Layout) -> pd.DataFrame:
    if isinstance(data, pd.DataFrame):
        return data
    if isinstance(data, pa.Table):
        return pd.DataFrame(data.to_pandas())
    path = Path(data)
    if not path.exists():
        raise FileNotFoundError(2, "no such file", str(path))
    try:
        return _read(path, layout)
    except (pa.ArrowInvalid, pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError, OSError) as error:
        raise UpliftInputError(f"{path} cannot be read: {error}") from error


def _read(path: Path, layout: Layout) -> pd.DataFrame:
    suffixes = {suffix.lower() for suffix in path.suffixes}
    if path.is_dir() or {".parquet", ".pq"} & suffixes:
        return pd.read_parquet(path)
    if ".csv" not in suffixes:
        raise UpliftInputError(f"{path} is neither CSV nor Parquet: give a file that ends in .csv, .csv.gz or .parquet")
    # Ids and arms are names, even where they look like numbers: 007 stays 007.
    names = dict.fromkeys(filter(None, (layout.treatment, layout.unit)), "string")
    return pd.read_csv(path, dtype=names, low_memory=False)


def _arms(frame: pd.DataFrame, layout: Layout) -> tuple["pd.Series[str]", list[str]]:
    """Each row's arm as text. Raises UpliftInputError unless both arms are there."""
    if layout.treated == layout.control:
        raise UpliftInputError(f"Treated and control are both {layout.treated!r}: name two arms")
    column = frame[layout.treatment]
    if column.nunique() > MOST_ARMS:
        raise UpliftInputError(
            f"Column {layout.treatment!r} has {column.nunique():,} values: uplift compares two arms. "
            "Is it the one that names the arm? An amount has to be cut into treated and control first"
        )
    arms = column.map(name_of, na_action="ignore")
    found = sorted(arms.dropna().unique())
    for name in (layout.treated, layout.control):
        if name not in found:
            alone = " Was the control left out? Without one there is no uplift" if len(found) == 1 else ""
            raise UpliftInputError(
                f"No row has {name!r} in column {layout.treatment!r}: its values are {listed(found)}.{alone}"
            )
    return arms, _left_out(arms, layout)


def _left_out(arms: "pd.Series[str]", layout: Layout) -> list[str]:
    notes = []
    if arms.isna().any():
        notes.append(f"{int(arms.isna().sum()):,} rows without a value of {layout.treatment!r} were left out")
    others = arms.dropna()[~arms.dropna().isin([layout.treated, layout.control])]
    if len(others):
        notes.append(f"{len(others):,} rows of other arms ({listed(sorted(others.unique()))}) were left out")
    return notes
