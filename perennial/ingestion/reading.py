"""Lines to events: a line holds one, or several as firehoses, arrays and batches put them."""

import logging
from collections.abc import Sequence
from datetime import datetime

import orjson

from perennial.ingestion.decoding.unbatching import is_batch, unbatch
from perennial.ingestion.decoding.values import MAX_VALUE_BYTES, split_values
from perennial.ingestion.events.envelope import Event, read_message
from perennial.ingestion.events.issues import Issue
from perennial.ingestion.events.rules import Rules
from perennial.ingestion.rejections import Rejection
from perennial.ingestion.reports import Reason, RefusedError

_log = logging.getLogger(__name__)

Outcome = Event | Rejection | Issue
# A batch in an array; in a batch of its own it is no batch any more.
_MOST_LEVELS = 2


def read_line(line: int, data: bytes, now: datetime, rules: Rules, *, level: int = 0) -> Sequence[Outcome]:
    """Each event in the text of a line, or why it is refused, and what is to be reported of it.

    `now` (UTC) is when the line reached us. Raises nothing, whatever `data` holds.
    """
    try:
        return _read(line, data, now, rules, level)
    except RefusedError as refused:
        return [Rejection(line, refused.reason, data)]
    except Exception:  # noqa: BLE001  # whatever is wrong with a line or with us, the next one is read
        _log.exception("line %d cannot be read", line)
        return [Rejection(line, Reason.UNREADABLE, data)]


def _read(line: int, data: bytes, now: datetime, rules: Rules, level: int) -> Sequence[Outcome]:
    try:
        payload = data.decode()
        message = orjson.loads(data)
    except ValueError as error:
        return _read_each(line, split_values(data), now, rules, level, whole=(data, _why(error)))
    if isinstance(message, dict):
        if not is_batch(message) or level > _MOST_LEVELS:
            if len(data) > MAX_VALUE_BYTES:
                raise RefusedError(Reason.TOO_LONG)
            return read_message(line, payload, message, now, rules)
        return _read_each(line, unbatch(payload), now, rules, level)
    if isinstance(message, list) and message:
        return _read_each(line, split_values(data), now, rules, level, whole=(data, Reason.NOT_AN_OBJECT))
    raise RefusedError(Reason.NOT_AN_OBJECT)


def _read_each(
    line: int,
    values: list[bytes],
    now: datetime,
    rules: Rules,
    level: int,
    whole: tuple[bytes, Reason] | None = None,
) -> Sequence[Outcome]:
    if whole and not any(value != whole[0] and _is_object(value) for value in values):
        raise RefusedError(whole[1])
    return [outcome for value in values for outcome in read_line(line, value, now, rules, level=level + 1)]


def _is_object(value: bytes) -> bool:
    try:
        return isinstance(orjson.loads(value), dict)
    except ValueError:
        return False


def _why(error: ValueError) -> Reason:
    if isinstance(error, UnicodeDecodeError):
        return Reason.NOT_UTF8
    return Reason.NOT_STORABLE if "infinity" in str(error) else Reason.MALFORMED
