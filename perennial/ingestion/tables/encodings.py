"""In which encoding a table of text is, found out from its bytes."""

import codecs
from io import BufferedIOBase

_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
)  # fmt: skip
_CHUNK_BYTES = 1 << 18
_WESTERN = "cp1252"


def find_encoding(stream: BufferedIOBase) -> str:
    """The encoding of the text that `stream` holds, of which every byte is read.

    That of its byte-order mark; UTF-16 where every other byte of its beginning is none; UTF-8 where all of it can be,
    and Windows-1252 (or Latin-1) otherwise.
    """
    head = stream.read(_CHUNK_BYTES)
    if marked := next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None):
        return marked
    if len(head) > 1 and head[:64].count(0) * 3 > len(head[:64]):
        return "utf-16-be" if head[0] == 0 else "utf-16-le"
    return _eight_bits(stream, head)


def _eight_bits(stream: BufferedIOBase, head: bytes) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, encoding = True, _WESTERN
    chunk = head
    while chunk:
        is_utf8 = is_utf8 and _decodes(decoder, chunk)
        if not is_utf8 and encoding == _WESTERN:
            encoding = _WESTERN if _decodes(codecs.getincrementaldecoder(_WESTERN)(), chunk) else "latin-1"
        chunk = stream.read(_CHUNK_BYTES)
    is_utf8 = is_utf8 and _decodes(decoder, b"", final=True)
    return "utf-8" if is_utf8 else encoding


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True
