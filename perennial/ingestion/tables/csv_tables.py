"""Tables as text: whatever delimits their values, in whatever encoding, plain or gzip."""

import codecs
import csv
import gzip
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, TextIO

import orjson

from perennial.ingestion.decoding.forms import DAMAGE, name_other_forms
from perennial.ingestion.decoding.values import MAX_VALUE_BYTES
from perennial.ingestion.rejections import Rejection
from perennial.ingestion.reports import Reason, UnreadableFileError
from perennial.ingestion.tables.contents import Contents, distinct_names
from perennial.ingestion.tables.encodings import find_encoding
from perennial.ingestion.tables.options import Cell, TableOptions
from perennial.ingestion.tables.spill import Row

if TYPE_CHECKING:
    import _csv

_GZIP = b"\x1f\x8b"
_DELIMITERS = (",", ";", "\t", "|")
_NAMES_OF_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_HEAD_BYTES = 1 << 16
_ROWS_TO_COMPARE = 20
_TYPED = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "bar": "|"}


def open_csv(path: Path, options: TableOptions) -> Contents:
    """The table in a file of text, of which rows are read one by one.

    Raises UnreadableFileError for a file that is no table, naming its form and what to do.
    """
    encoding = _encoding(path, options)
    raw = path.open("rb")
    text = io.TextIOWrapper(_unpacked(raw), encoding=encoding, errors="strict", newline="")
    head = _head(text, path, encoding)
    is_declared, head = _without_declaration(head)
    delimiter = _delimiter(options, is_declared, head, path)
    reader = csv.reader(_lines(head, text), delimiter=delimiter)
    header = _header(reader, path)
    names, notes = distinct_names(header)
    form = f"text in {encoding}, delimited by {_NAMES_OF_DELIMITERS.get(delimiter, repr(delimiter))}"
    if encoding in ("cp1252", "latin-1") and not options.encoding:
        notes.append(f"read as {encoding}, as it is no UTF-8: if names look wrong, give --encoding")
    first_line = reader.line_num + bool(is_declared)
    rows = _rows(reader, len(names), first_line, text, is_declared=bool(is_declared))
    return Contents(names, rows, path.stat().st_size, raw.tell, form, tuple(notes))


def _encoding(path: Path, options: TableOptions) -> str:
    if options.encoding:
        try:
            return codecs.lookup(options.encoding).name
        except LookupError as error:
            raise UnreadableFileError(f"{options.encoding} is no encoding: latin-1, cp1252 and utf-16 are") from error
    with path.open("rb") as raw:
        try:
            return find_encoding(_unpacked(raw))
        except DAMAGE as error:
            raise UnreadableFileError(f"{path} is cut short or damaged ({error}): export it again") from error


def _unpacked(raw: IO[bytes]) -> "gzip.GzipFile | io.BufferedReader":
    buffered = raw if isinstance(raw, io.BufferedReader) else io.BufferedReader(raw)  # type: ignore[type-var]
    return gzip.GzipFile(fileobj=buffered) if buffered.peek(2)[:2] == _GZIP else buffered


def _head(text: TextIO, path: Path, encoding: str) -> str:
    try:
        head = text.read(_HEAD_BYTES)
        # Whole lines: what begins here goes on in the stream.
        head += text.readline()
    except UnicodeError as error:
        raise UnreadableFileError(f"{path} is no text in {encoding} ({error}): give another --encoding") from error
    name_other_forms(head[:1_000].encode(errors="replace"), str(path))
    if not head.strip():
        raise UnreadableFileError(f"{path} is empty: a table begins with the names of its columns")
    if head.lstrip().startswith(("{", "[")):
        raise UnreadableFileError(f"{path} holds events (JSON), no table: perennial ingest events {path}")
    return head.lstrip("\ufeff")


def _without_declaration(head: str) -> tuple[str | None, str]:
    """Excel's first line "sep=;" says what delimits the others, and is none of them."""
    first, end, others = head.partition("\n")
    declared = first.strip().strip('"')
    if declared.lower().startswith("sep=") and len(declared) == len("sep=;"):
        return declared[-1], others if end else ""
    return None, head


def _delimiter(options: TableOptions, declared: str | None, head: str, path: Path) -> str:
    if options.delimiter:
        return _TYPED.get(options.delimiter.lower(), options.delimiter)[:1]
    if declared:
        return declared
    widths = {delimiter: _widths(head, delimiter) for delimiter in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda delimiter: _agreement(widths[delimiter]))
    if not widths[best] or widths[best][0] < len(["customer", "time"]):
        raise UnreadableFileError(
            f"{path} has one column, or its delimiter is none of , ; | and the tab: give it as --delimiter"
        )
    return best


def _widths(head: str, delimiter: str) -> list[int]:
    try:
        rows = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
        return [len(row) for row in islice(filter(None, rows), _ROWS_TO_COMPARE)]
    except csv.Error:
        return []


def _agreement(widths: list[int]) -> tuple[float, int]:
    """How many of the rows are as wide as the first, and how wide that is."""
    if not widths or widths[0] < len(["customer", "time"]):
        return 0.0, 0
    return Counter(widths)[widths[0]] / len(widths), widths[0]


def _lines(head: str, text: TextIO) -> Iterator[str]:
    yield from io.StringIO(head, newline="")
    yield from text


def _header(reader: "_csv.Reader", path: Path) -> list[str]:
    csv.field_size_limit(MAX_VALUE_BYTES)
    for row in reader:
        if any(title.strip() for title in row):
            return row
    raise UnreadableFileError(f"{path} is empty: a table begins with the names of its columns")


def _rows(
    reader: "_csv.Reader", width: int, first_line: int, text: TextIO, *, is_declared: bool
) -> Iterator[Row | Rejection]:
    line = first_line + 1
    with text:
        while True:
            try:
                values = next(reader)
            except StopIteration:
                return
            except (csv.Error, *DAMAGE) as error:
                yield Rejection(line, _why(error), str(error).encode())
                if not isinstance(error, csv.Error):
                    return
                line = reader.line_num + is_declared + 1
                continue
            if any(value.strip() for value in values):
                yield _row(line, values, width)
            line = reader.line_num + is_declared + 1


def _row(line: int, values: list[str], width: int) -> Row | Rejection:
    extra = any(value.strip() for value in values[width:])
    # A quote that is never closed takes the lines behind it into one value.
    is_torn = len(values) < width and any("\n" in value for value in values)
    if extra or is_torn:
        return Rejection(line, Reason.BAD_ROW, orjson.dumps(values))
    cells: list[Cell] = [value.strip() or None for value in values[:width]]
    return Row(line, cells + [None] * (width - len(cells)))


def _why(error: Exception) -> Reason:
    if isinstance(error, csv.Error):
        return Reason.BAD_ROW
    return Reason.DAMAGED_TEXT if isinstance(error, UnicodeDecodeError) else Reason.CUT_SHORT
