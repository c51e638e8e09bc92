"""JSON values out of bytes that hold several: on a line, in an array, in a batch, or spread over many lines."""

import re
from collections.abc import Iterator
from typing import NamedTuple

# Segment's own API takes at most 32 KB per event; a basket of a thousand products is about 150 KB.
MAX_VALUE_BYTES = 1 << 20
# An envelope of many events; Segment's own API takes at most 500 KB.
MAX_ENVELOPE_BYTES = 16 << 20

_TOKENS = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[{}\[\]"]', re.DOTALL)
_STRING_END = re.compile(rb'(?:[^"\\]++|\\.)*+"', re.DOTALL)
_BATCH_KEY = re.compile(rb'"batch"\s*:')
# What stands between values: white space, commas and brackets of arrays, byte-order marks, record separators.
_SEPARATORS = re.compile(rb"(?:[\s,\[\]\x1e]|\xef\xbb\xbf)+")


class Value(NamedTuple):
    """A value's bytes and the line it began on; of one too long only the beginning."""

    line: int
    data: bytes
    is_too_long: bool = False


class ValueSplitter:
    """Splits bytes, fed in pieces, into the objects they hold. Arrays around objects are passed over.

    What stands between objects and is none comes as a value too, to be refused. Memory is bounded by the largest value.
    """

    def __init__(self, line: int = 1, *, longest: int = MAX_VALUE_BYTES) -> None:
        self.line, self._longest = line, longest
        self._text = b""
        self._start = self._at = self._depth = 0
        self._is_in_string = self._is_dropping = False

    def feed(self, data: bytes) -> Iterator[Value]:
        """The values that end within `data`."""
        self._text += data
        while token := self._next_token():
            yield from self._took(token)
        held = len(self._text) - self._start
        if held > self._longest and not self._is_dropping and held > self._limit():
            yield Value(self.line, self._text[self._start :][: self._longest + 1], is_too_long=True)
            self._is_dropping = True
        self._forget(self._at if self._is_dropping else self._start)

    def close(self) -> Iterator[Value]:
        """What is left: a value that does not end."""
        yield from self._remainder(len(self._text))

    def _limit(self) -> int:
        is_batch = self._depth > 0 and _BATCH_KEY.search(self._text, self._start, self._start + 4096)
        return max(self._longest, MAX_ENVELOPE_BYTES) if is_batch else self._longest

    def _next_token(self) -> re.Match[bytes] | None:
        if self._is_in_string:
            end = _STRING_END.match(self._text, self._at)
            if end is None:
                # An escape may be cut in two.
                slashes = len(self._text) - len(self._text.rstrip(b"\\"))
                self._at = max(self._at, len(self._text) - slashes % 2)
                return None
            self._at, self._is_in_string = end.end(), False
        token = _TOKENS.search(self._text, self._at)
        self._at = token.end() if token else len(self._text)
        if token and token.group() == b'"':
            self._is_in_string = True
            return self._next_token()
        return token

    def _took(self, token: re.Match[bytes]) -> Iterator[Value]:
        mark = token.group()
        if mark == b"{" or (mark == b"[" and self._depth):
            if not self._depth:
                yield from self._remainder(token.start())
                self._pass_over(token.start())
                self._is_dropping = False
            self._depth += 1
        elif mark in b"}]" and self._depth:
            self._depth -= 1
            if not self._depth:
                if not self._is_dropping:
                    yield Value(self.line, self._text[self._start : token.end()])
                self._is_dropping = False
                self._pass_over(token.end())

    def _remainder(self, end: int) -> Iterator[Value]:
        """What is left between values, if it is more than what separates them."""
        if self._is_dropping:
            return
        leading = _SEPARATORS.match(self._text, self._start, end)
        if leading:
            self._pass_over(leading.end())
        remainder = self._text[self._start : end].rstrip(b" \t\r\n,]\x1e")
        if remainder:
            yield Value(self.line, remainder)
            self._pass_over(end)

    def _pass_over(self, end: int) -> None:
        self.line += self._text.count(b"\n", self._start, end)
        self._start = end

    def _forget(self, end: int) -> None:
        if end > self._start:
            self._pass_over(end)
        self._text = self._text[self._start :]
        self._at -= self._start
        self._start = 0


def split_values(data: bytes) -> list[bytes]:
    """The values of bytes that are all in memory."""
    splitter = ValueSplitter(longest=max(len(data), MAX_VALUE_BYTES))
    return [value.data for part in (splitter.feed(data), splitter.close()) for value in part]
