"""Write pulled members as CSV, JSON or Parquet: a file is there whole, or as it was before."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO

from perennial.atomic_file import PRIVATE, replace_file

if TYPE_CHECKING:
    import pandas as pd

FORMATS = ("csv", "json", "parquet")
LIST_SEPARATOR = "; "

# A spreadsheet runs a cell that begins like this as a formula (https://owasp.org/www-community/attacks/CSV_Injection);
# a signed number or a telephone number is none.
_FORMULA = re.compile(r"^[=@\t\r]|^[+\-](?![\d\s().\-]*$)")


def write_members(members: "pd.DataFrame", target: Path | str | BinaryIO, form: str = "csv") -> None:
    """`members` stand in `target` (a path, or an open binary stream) as `form`, one of `FORMATS`.

    CSV: lists joined by "; ", unknown values empty, and text that a spreadsheet would run as a formula begins with an
    apostrophe (JSON and Parquet keep every id exactly). JSON: an array of objects. Raises ValueError on another form.
    """
    if form not in FORMATS:
        raise ValueError(f"'{form}' is no format; there are: {', '.join(FORMATS)}")
    write = {"csv": _write_csv, "json": _write_json, "parquet": _write_parquet}[form]
    if isinstance(target, Path | str):
        with replace_file(Path(target), mode=PRIVATE) as file:  # customers' data: for the one who pulled it
            write(members, file)
    else:
        write(members, target)


def _write_csv(members: "pd.DataFrame", target: IO[bytes]) -> None:
    texts = members.copy(deep=False)
    for name in texts.select_dtypes(object):
        texts[name] = texts[name].map(_cell)
    texts.to_csv(target, index=False, mode="wb", date_format="%Y-%m-%dT%H:%M:%SZ", lineterminator="\n")


def _cell(value: Any) -> Any:
    text = LIST_SEPARATOR.join(map(str, value)) if isinstance(value, list) else value
    return f"'{text}" if isinstance(text, str) and _FORMULA.match(text) else text


def _write_json(members: "pd.DataFrame", target: IO[bytes]) -> None:
    target.write(b"[")
    for position, row in enumerate(to_rows(members)):
        target.write(b",\n" if position else b"\n")
        target.write(json.dumps(row, ensure_ascii=False, allow_nan=False).encode())
    target.write(b"\n]\n")


def _write_parquet(members: "pd.DataFrame", target: IO[bytes]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    # Stated, because a frame without rows does not show what its columns hold.
    lists = {name: pa.list_(pa.string()) for name in ("reasons", "channels") if name in members}
    table = pa.Table.from_pandas(members, preserve_index=False)
    for name, kind in lists.items():
        position = table.schema.get_field_index(name)
        table = table.set_column(position, name, table.column(name).cast(kind))
    parquet.write_table(table, target)


def to_rows(members: "pd.DataFrame") -> Iterator[dict[str, Any]]:
    """Each row as JSON can hold it: None for unknown, ISO 8601 for moments."""
    plain = members.astype(object).where(members.notna(), None)
    for row in plain.to_dict("records"):
        yield {str(name): value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}
