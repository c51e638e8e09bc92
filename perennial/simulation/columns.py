"""Vectorised text: each function turns an array of n values into a matrix of bytes, (n, width).

Shorter values are padded with NUL; `side_by_side` joins columns into lines, `without_padding` removes the NULs. No
value is handled on its own, so that a line costs a microsecond.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from perennial.simulation.arrays import Bools, Ints

Bytes = npt.NDArray[np.uint8]
"""(rows, width)"""

_ZERO = ord("0")
_TIMESTAMP = b"0000-00-00T00:00:00.000Z"
_DAY_MS = 86_400_000
_NARROW = 8
# Four digits at a time: the text of every number below 10,000.
_FOUR = np.array([[int(digit) for digit in f"{number:04d}"] for number in range(10_000)], dtype=np.uint8) + _ZERO


def zero_padded(values: Ints, width: int) -> Bytes:
    """`values` (0 or more, below ten to the power of `width`) in `width` digits, with leading zeros."""
    groups = -(-width // 4)
    text = np.empty((len(values), 4 * groups), dtype=np.uint8)
    # Eight digits fit into the narrower type, which divides twice as fast.
    quotient = values.astype(np.uint32 if width <= _NARROW else np.int64)
    for group in reversed(range(groups)):
        quotient, four = np.divmod(quotient, 10_000)
        text[:, 4 * group : 4 * group + 4] = _FOUR[four]
    return text[:, 4 * groups - width :]


def number(values: Ints, width: int) -> Bytes:
    """`values` (0 or more, of at most `width` digits) without leading zeros."""
    text = zero_padded(values, width).copy()
    leading = np.logical_and.accumulate(text[:, :-1] == _ZERO, axis=1)
    text[:, :-1][leading] = 0
    return text


def money(cents: Ints, width: int = 6) -> Bytes:
    """Cents (0 or more) as dollars with two decimals, at most `width` digits before the point."""
    whole, remainder = np.divmod(cents, 100)
    text = np.empty((len(cents), width + 3), dtype=np.uint8)
    text[:, :width] = number(whole, width)
    text[:, width] = ord(".")
    text[:, width + 1 :] = _FOUR[remainder][:, 2:]
    return text


def chosen(codes: Ints, words: Sequence[str]) -> Bytes:
    """For each code (index of `words`) its word."""
    return _table(tuple(words))[codes]


@lru_cache(maxsize=256)
def _table(words: tuple[str, ...]) -> Bytes:
    encoded = [word.encode() for word in words]
    width = max(map(len, encoded))
    return np.frombuffer(b"".join(word.ljust(width, b"\0") for word in encoded), dtype=np.uint8).reshape(-1, width)


def iso_timestamp(milliseconds: Ints) -> Bytes:
    """Milliseconds since 1970 (UTC) as ISO 8601 text, to the millisecond."""
    days, of_day = np.divmod(milliseconds, _DAY_MS)
    distinct, which = np.unique(days, return_inverse=True)
    dates = [str(day) for day in distinct.astype("datetime64[D]")]
    text = np.tile(np.frombuffer(_TIMESTAMP, dtype=np.uint8), (len(milliseconds), 1))
    text[:, :10] = chosen(which, dates or ["0000-00-00"])
    seconds, thousandths = np.divmod(of_day, 1000)
    minutes, seconds = np.divmod(seconds, 60)
    hours, minutes = np.divmod(minutes, 60)
    text[:, 11:13], text[:, 14:16] = _FOUR[hours][:, 2:], _FOUR[minutes][:, 2:]
    text[:, 17:19], text[:, 20:23] = _FOUR[seconds][:, 2:], _FOUR[thousandths][:, 1:]
    return text


def where(condition: Bools, text: Bytes) -> Bytes:
    """The rows of `text` where `condition` (rows,) is true, padding elsewhere."""
    return text * condition[:, None].astype(np.uint8)


def side_by_side(rows: int, parts: Sequence[bytes | Bytes]) -> Bytes:
    """(rows, sum of the widths): the parts side by side; plain bytes are repeated in every row."""
    widths = [len(part) if isinstance(part, bytes) else part.shape[1] for part in parts]
    text = np.empty((rows, sum(widths)), dtype=np.uint8)
    column = 0
    for part, width in zip(parts, widths, strict=True):
        text[:, column : column + width] = np.frombuffer(part, dtype=np.uint8) if isinstance(part, bytes) else part
        column += width
    return text


def as_lines(text: Bytes) -> list[bytes]:
    """Each row as bytes; padding at the end is dropped, padding inside is kept."""
    lines: list[bytes] = np.ascontiguousarray(text).view(f"S{text.shape[1]}").ravel().tolist()
    return lines


def without_padding(lines: Sequence[bytes]) -> bytes:
    """All lines as one text, without the padding."""
    return b"".join(lines).translate(None, b"\0")
