"""Lines of a file of events, read in bounded memory and without ever giving up on the rest."""

from collections.abc import Iterator
from io import BufferedReader
from typing import NamedTuple

import orjson

from perennial.ingestion.decoding.forms import DAMAGE, text_chunks
from perennial.ingestion.decoding.values import MAX_VALUE_BYTES, Value, ValueSplitter
from perennial.ingestion.rejections import Rejection
from perennial.ingestion.reports import Reason

MAX_LINE_BYTES = MAX_VALUE_BYTES
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Line(NamedTuple):
    """A line that is not blank, without its end, or a value that began on it; numbered from 1."""

    number: int
    data: bytes


def read_lines(stream: BufferedReader, name: str = "the file") -> Iterator[Line | Rejection]:
    """Every line of `stream`, whatever ends it (LF, CRLF, CR); of a JSON text over many lines its values.

    A value too long, or the end of a damaged file, comes as its rejection. Raises UnreadableFileError for a file that
    holds no events, naming its form.
    """
    reader: _Lines | _Document | None = None
    try:
        for chunk in text_chunks(stream, name):
            reader = reader or (_Document() if _is_document(chunk) else _Lines())
            yield from reader.feed(chunk)
    except DAMAGE as error:
        reason = Reason.DAMAGED_UTF16 if isinstance(error, UnicodeDecodeError) else Reason.CUT_SHORT
        yield Rejection(reader.number if reader else 1, reason, str(error).encode())
        return
    if reader:
        yield from reader.close()


class _Lines:
    """Lines out of pieces of a file; `number` is that of the line being read."""

    def __init__(self) -> None:
        self.number = 1
        self._remaining = b""
        self._splitter: ValueSplitter | None = None
        self._is_skipping = False

    def feed(self, chunk: bytes) -> Iterator[Line | Rejection]:
        lines = (self._remaining + chunk).splitlines(keepends=True)
        # A carriage return at the end may be the first half of a line's end.
        self._remaining = b"" if not lines or lines[-1].endswith(b"\n") else lines.pop()
        for line in lines:
            if self._is_long or len(line) > MAX_LINE_BYTES:
                yield from self._line(line)
                continue
            if data := line.strip().removeprefix(_BYTE_ORDER_MARK):
                yield Line(self.number, data)
            self.number += 1
        if len(self._remaining) > MAX_LINE_BYTES or self._is_long:
            yield from self._part(self._remaining)
            self._remaining = b""

    def close(self) -> Iterator[Line | Rejection]:
        if self._remaining or self._is_long:
            yield from self._line(self._remaining)

    @property
    def _is_long(self) -> bool:
        return self._is_skipping or self._splitter is not None

    def _line(self, line: bytes) -> Iterator[Line | Rejection]:
        if self._is_long or len(line.rstrip(b"\r\n")) > MAX_LINE_BYTES:
            yield from self._part(line)
            if self._splitter:
                yield from map(self._value, self._splitter.close())
            self._splitter, self._is_skipping = None, False
        elif data := line.strip().removeprefix(_BYTE_ORDER_MARK):
            yield Line(self.number, data)
        self.number += 1

    def _part(self, part: bytes) -> Iterator[Line | Rejection]:
        """What a part of a line longer than the limit holds: values, if it begins like them."""
        if not self._is_long:
            self._is_skipping = not part.lstrip().removeprefix(_BYTE_ORDER_MARK).startswith((b"{", b"["))
            if self._is_skipping:
                yield Rejection(self.number, Reason.TOO_LONG, part[: MAX_LINE_BYTES + 1])
            else:
                self._splitter = ValueSplitter(longest=MAX_LINE_BYTES)
        if self._splitter:
            yield from map(self._value, self._splitter.feed(part))

    def _value(self, value: Value) -> Line | Rejection:
        return _of_value(value._replace(line=self.number))


class _Document:
    """Values out of pieces of a JSON text that is spread over lines."""

    def __init__(self) -> None:
        self._splitter = ValueSplitter(longest=MAX_LINE_BYTES)

    @property
    def number(self) -> int:
        return self._splitter.line

    def feed(self, chunk: bytes) -> Iterator[Line | Rejection]:
        yield from map(_of_value, self._splitter.feed(chunk))

    def close(self) -> Iterator[Line | Rejection]:
        yield from map(_of_value, self._splitter.close())


def _of_value(value: Value) -> Line | Rejection:
    return Rejection(value.line, Reason.TOO_LONG, value.data) if value.is_too_long else Line(value.line, value.data)


def _is_document(head: bytes) -> bool:
    """Whether a file is one JSON text over many lines, an array or a batch, rather than a text on every line."""
    lines = [line.strip() for line in head.removeprefix(_BYTE_ORDER_MARK).splitlines() if line.strip()]
    if len(lines) < len(["first", "second"]):
        return False
    first, second = lines[:2]
    if first.startswith(b"["):
        return not _is_json(first)
    is_open = first.endswith((b"{", b"[")) or (first.endswith(b",") and second.startswith(b'"'))
    # A batch's first event may be whole on the second line; after a line that was cut, the next event is.
    is_after_a_cut = b'"batch"' not in first and _is_json(second.removesuffix(b","))
    return first.startswith(b"{") and is_open and not is_after_a_cut


def _is_json(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True
