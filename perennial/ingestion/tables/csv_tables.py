"""Tables as text: whatever delimits their values, in whatever encoding, plain or gzip."""

import codecs
import csv
import gzip
import io
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

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
_MARKS_BYTES = 512
_ROWS_TO_COMPARE = 20
_TYPED = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "bar": "|"}


@contextmanager
def open_csv(path: Path, options: TableOptions) -> Iterator[Contents]:
    """The table in a file of text, of which rows are read one by one.

    Raises UnreadableFileError for a file that is no table, naming its form and what to do.
    """
    encoding = _encoding(path, options)
    with path.open("rb") as raw, io.TextIOWrapper(_unpacked(raw), encoding=encoding, newline="") as text:
        declared, head = _without_declaration(_head(text, path, encoding))
        delimiter = _delimiter(options, declared, head, path)
        reader = csv.reader(_lines(head, text), delimiter=delimiter)
        names, notes = distinct_names(_header(reader, path))
        if encoding in ("cp1252", "latin-1") and not options.encoding:
            notes.append(f"read as {encoding}, as it is no UTF-8: if names look wrong, give --encoding")
        form = f"text in {encoding}, delimited by {_NAMES_OF_DELIMITERS.get(delimiter, repr(delimiter))}"
        rows = _rows(reader, len(names), int(declared is not None))
        yield Contents(names, rows, path.stat().st_size, raw.tell, form, tuple(notes))


def _encoding(path: Path, options: TableOptions) -> str:
    with path.open("rb") as raw, suppress(*DAMAGE):
        name_other_forms(_unpacked(raw).read(_MARKS_BYTES), str(path))
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


def _unpacked(raw: io.BufferedReader) -> gzip.GzipFile | io.BufferedReader:
    return gzip.GzipFile(fileobj=raw) if raw.peek(2)[:2] == _GZIP else raw


def _head(text: TextIO, path: Path, encoding: str) -> str:
    try:
        head = text.read(_HEAD_BYTES)
        # Whole lines: what begins here goes on in the stream.
        head += text.readline()
    except UnicodeError as error:
        raise UnreadableFileError(f"{path} is no text in {encoding} ({error}): give another --encoding") from error
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


def _rows(reader: "_csv.Reader", width: int, count_lines_before: int) -> Iterator[Row | Rejection]:
    line = reader.line_num + count_lines_before + 1
    while True:
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Rejection(line, Reason.BAD_ROW, str(error).encode())
        except DAMAGE as error:
            reason = Reason.DAMAGED_TEXT if isinstance(error, UnicodeDecodeError) else Reason.CUT_SHORT
            yield Rejection(line, reason, str(error).encode())
            return
        else:
            if any(value.strip() for value in values):
                yield _row(line, values, width)
        line = reader.line_num + count_lines_before + 1


def _row(line: int, values: list[str], width: int) -> Row | Rejection:
    extra = any(value.strip() for value in values[width:])
    # A quote that is never closed takes the lines behind it into one value.
    is_torn = len(values) < width and any("\n" in value for value in values)
    if extra or is_torn:
        return Rejection(line, Reason.BAD_ROW, orjson.dumps(values))
    cells: list[Cell] = [value.strip() or None for value in values[:width]]
    return Row(line, cells + [None] * (width - len(cells)))
