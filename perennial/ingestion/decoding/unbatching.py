"""The events of a batch envelope, {"batch": [...]}, each with what the envelope states for all of them."""

from collections.abc import Iterator
from json import JSONDecoder
from typing import Any

from perennial.ingestion.decoding.values import split_values

_INHERITED = ("sentAt", "sent_at", "receivedAt", "received_at")
_DECODER = JSONDecoder()


def is_batch(message: dict[str, Any]) -> bool:
    """Whether an object is an envelope of events rather than an event."""
    return isinstance(message.get("batch"), list) and message.get("type") in (None, "batch")


def unbatch(text: str) -> list[bytes]:
    """The values in the batch that `text` (JSON known to hold) carries, as text: no number loses a digit.

    An event without a `sentAt` or `receivedAt` of its own has the envelope's; what its `context` does not say, the
    envelope's does.
    """
    envelope = dict(_members(text))
    common = ",".join(f'"{name}":{envelope[name]}' for name in _INHERITED if name in envelope)
    context = envelope.get("context", "{}")
    return [_inheriting(value, common, context) for value in split_values(envelope["batch"].encode())]


def _inheriting(value: bytes, common: str, context: str) -> bytes:
    text = value.decode()
    if not text.startswith("{"):
        return value
    if _is_filled(context):
        own = dict(_members(text)).get("context", "{}")
        if own.startswith("{"):
            text = _merged(text, f'{{"context":{_merged(context, own)}}}')
    return _merged(f"{{{common}}}", text).encode()


def _merged(below: str, above: str) -> str:
    # Of a name given twice the last one counts, for every reader of this text.
    if _is_filled(below) and _is_filled(above):
        return f"{below[:-1]},{above[1:]}"
    return below if _is_filled(below) else above


def _is_filled(text: str) -> bool:
    return text.startswith("{") and bool(text[1:-1].strip())


def _members(text: str) -> Iterator[tuple[str, str]]:
    at = text.index("{") + 1
    while (at := _next(text, at)) < len(text) and text[at] == '"':
        name, at = _DECODER.raw_decode(text, at)
        begin = _next(text, _next(text, at) + 1)
        _, at = _DECODER.raw_decode(text, begin)
        yield name, text[begin:at]
        at = _next(text, at) + 1


def _next(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at
