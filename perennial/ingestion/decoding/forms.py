"""The bytes of a file of events, whatever wraps them: unpacked from gzip, recoded to UTF-8, or their form named."""

import codecs
import gzip
import zlib
from collections.abc import Iterator
from io import BufferedIOBase, BufferedReader
from itertools import chain

from perennial.ingestion.decoding.csv_files import csv_columns
from perennial.ingestion.reports import UnreadableFileError

CHUNK_BYTES = 1 << 16
# What reading a damaged file raises.
DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile, UnicodeDecodeError)
_GZIP = b"\x1f\x8b"
_UTF8_MARK = b"\xef\xbb\xbf"
# The longer marks first: UTF-32 begins with that of UTF-16. Without a mark, a brace and its zeros do.
_ENCODINGS = (
    (b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
    (b"{\x00\x00\x00", "utf-32-le"), (b"\x00\x00\x00{", "utf-32-be"), (b"{\x00", "utf-16-le"), (b"\x00{", "utf-16-be"),
    (b"[\x00", "utf-16-le"), (b"\x00[", "utf-16-be"),
)  # fmt: skip
# What to type for a table. What of it is understood is shown first, and nothing written.
TABLE_ADVICE = (
    "type `perennial ingest orders FILE --dry-run`, or `perennial ingest customers FILE --dry-run`, or "
    "`perennial ingest consents FILE --dry-run`, by what it holds"
)
_OTHERS = (
    (b"PK\x03\x04", "a zip archive or a spreadsheet", "unpack it (unzip FILE), or save the sheet as CSV"),
    (b"PK\x05\x06", "an empty zip archive", "put the file itself here"),
    (b"PAR1", "a Parquet file", TABLE_ADVICE),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "unpack it: zstd -d FILE"),
    (b"BZh", "compressed with bzip2", "unpack it: bunzip2 FILE"),
    (b"\xfd7zXZ\x00", "compressed with xz", "unpack it: unxz FILE"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it: 7z x FILE"),
    (b"Obj\x01", "an Avro file", "save it as JSON Lines"),
    (b"ORC", "an ORC file", "save it as JSON Lines"),
    (b"SQLite format 3", "an SQLite database", "save its table as CSV or JSON Lines"),
    (_GZIP, "gzip within gzip", "unpack it once: gunzip FILE"),
)  # fmt: skip
_TAR = slice(257, 262), b"ustar"


def text_chunks(stream: BufferedReader, name: str) -> Iterator[bytes]:
    """The bytes of `stream` as UTF-8 in pieces, gzip (known by its first bytes) unpacked; the first holds two lines.

    Raises UnreadableFileError, naming the form and what to do, for a file that is no text of events; one of `DAMAGE`
    where it is damaged.
    """
    is_gzip = stream.peek(2)[:2] == _GZIP
    chunks = _chunks(gzip.GzipFile(fileobj=stream) if is_gzip else stream)
    head, chunks = _head(chunks)
    if encoding := next((encoding for mark, encoding in _ENCODINGS if head.startswith(mark)), None):
        chunks = _recoded(chain([head], chunks), encoding)
        head, chunks = _head(chunks)
    name_other_forms(head, name)
    if columns := csv_columns(head.removeprefix(_UTF8_MARK)):
        raise UnreadableFileError(
            f"{name} is a table (CSV) with the columns {', '.join(columns[:8])}, not events: "
            + TABLE_ADVICE.replace("FILE", name)
        )
    yield from chain([head], chunks)


def _head(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first two lines, and what follows them; damage so early comes after what stands before it."""
    head = b""
    try:
        for chunk in chunks:
            head += chunk
            if len(head) >= CHUNK_BYTES or head.count(b"\n") > 1:
                break
    except DAMAGE as error:
        return head, _raising(error)
    return head, chunks


def _raising(error: Exception) -> Iterator[bytes]:
    yield b""
    raise error


def _chunks(stream: BufferedIOBase) -> Iterator[bytes]:
    # read1, so that a pipe is not waited for.
    while chunk := stream.read1(CHUNK_BYTES):
        yield chunk


def _recoded(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)()
    for chunk in chunks:
        yield decoder.decode(chunk).encode()
    yield decoder.decode(b"", final=True).encode()


def name_other_forms(head: bytes, name: str) -> None:
    """Raises UnreadableFileError for a file that begins with `head` and is no text, naming its form and what to do."""
    for mark, form, advice in _OTHERS:
        if head.startswith(mark):
            raise UnreadableFileError(f"{name} is {form}: {advice.replace('FILE', name)}")
    where, mark = _TAR
    if head[where] == mark:
        raise UnreadableFileError(f"{name} is a tar archive: unpack it (tar xf {name}) and ingest what is in it")
