"""Lines of a file, plain or gzip, read in bounded memory and without ever giving up on the rest."""

import gzip
import zlib
from collections.abc import Iterator
from io import BufferedReader
from typing import IO, NamedTuple

from perennial.ingestion.envelope import Rejection
from perennial.ingestion.reports import Reason

# Segment's own API takes at most 32 KB per event; a basket of a thousand products is about 150 KB.
MAX_LINE_BYTES = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Line(NamedTuple):
    """A line that is not blank, without its end; numbered from 1."""

    number: int
    data: bytes


def read_lines(stream: BufferedReader) -> Iterator[Line | Rejection]:
    """Every line of `stream`, unpacked when it is gzip; a line too long or the end of a cut file as its rejection."""
    is_gzip = stream.peek(2)[:2] == _GZIP_MAGIC
    text: IO[bytes] = gzip.GzipFile(fileobj=stream) if is_gzip else stream  # type: ignore[assignment]
    number = 0
    while True:
        number += 1
        try:
            data = text.readline(MAX_LINE_BYTES + 1)
            line = _skip_remainder(text, number, data) if len(data) > MAX_LINE_BYTES else Line(number, data)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            yield Rejection(number, Reason.CUT_SHORT, str(error).encode())
            return
        if not data:
            return
        if isinstance(line, Line):
            data = data.removeprefix(_BYTE_ORDER_MARK).strip() if number == 1 else data.strip()
            if data:
                yield Line(number, data)
        else:
            yield line


def _skip_remainder(text: IO[bytes], number: int, data: bytes) -> Line | Rejection:
    if data.endswith(b"\n"):
        return Line(number, data)
    while (more := text.readline(MAX_LINE_BYTES)) and not more.endswith(b"\n"):
        pass
    return Rejection(number, Reason.TOO_LONG, data)
