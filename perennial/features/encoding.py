"""Arrow columns as the bytes Feast keeps online: its `Value` message (protos/feast/types/Value.proto), field by field.

Feast builds a Python object for each value; a snapshot has millions. The bytes are the same, encoded a column at a time
(https://protobuf.dev/programming-guides/encoding/). An unknown value is the empty message.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa

UNKNOWN = b""
_STRING, _INT64, _DOUBLE, _BOOL = b"\x12", b"\x20", b"\x29", b"\x38"  # field number and wire type
_TRUE, _FALSE = _BOOL + b"\x01", _BOOL + b"\x00"
_WIDTH = 8


def encode_column(column: pa.Array) -> list[bytes]:
    """Each value's message, for a column (rows,) of float64, int64, string or bool; null and NaN are `UNKNOWN`.

    Raises TypeError for any other type.
    """
    if pa.types.is_float64(column.type):
        return _encode_doubles(column)
    encode = _ENCODERS.get(column.type)
    if encode is None:
        raise TypeError(f"A feature cannot be of type {column.type}")
    return [UNKNOWN if value is None else encode(value) for value in column.to_pylist()]


def _encode_doubles(column: pa.Array) -> list[bytes]:
    numbers = column.to_numpy(zero_copy_only=False)  # unknown ones become NaN, which Feast takes for unknown as well
    raw = numbers.astype("<f8").tobytes()
    known = (~np.isnan(numbers)).tolist()
    return [
        _DOUBLE + raw[start : start + _WIDTH] if is_known else UNKNOWN
        for start, is_known in zip(range(0, len(raw), _WIDTH), known, strict=True)
    ]


@lru_cache(maxsize=65_536)
def _encode_integer(value: int) -> bytes:
    return _INT64 + _varint(value & 0xFFFF_FFFF_FFFF_FFFF)  # negative ones as two's complement, 64 bits wide


@lru_cache(maxsize=65_536)
def _encode_text(value: str) -> bytes:
    text = value.encode()
    return _STRING + _varint(len(text)) + text


def _encode_boolean(value: bool) -> bytes:
    return _TRUE if value else _FALSE


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:  # noqa: PLR2004  # seven bits a byte, the eighth says that more follow
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


_ENCODERS: dict[pa.DataType, Callable[[Any], bytes]] = {
    pa.int64(): _encode_integer,
    pa.string(): _encode_text,
    pa.bool_(): _encode_boolean,
}
