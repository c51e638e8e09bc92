"""One line of Segment-spec JSON, checked and typed; nothing here touches a file or a database.

The envelope is https://segment.com/docs/connections/spec/common/ with `properties`, `context` and `traits` left as
they came: the payload travels on as text, so that no number loses a digit on its way into PostgreSQL.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import orjson

from perennial.ingestion.reports import Reason

TYPES = frozenset({"track", "identify", "page", "screen", "group", "alias"})
CLOCK_TOLERANCE = timedelta(minutes=5)
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
# Ids are keys of B-tree indexes, whose entries are limited to 2,704 bytes, up to three ids together.
MAX_ID_BYTES = 500
MAX_PURPOSE_BYTES = 100

_MAPPINGS = ("properties", "context", "traits")


class Event(NamedTuple):
    """A line that holds: its envelope typed, its whole text as `payload`."""

    line: int
    message_id: str
    type: str
    event: str | None
    user_id: str | None
    anonymous_id: str | None
    occurred_at: datetime
    sent_at: datetime | None
    received_at: datetime
    payload: str


class Rejection(NamedTuple):
    """A line that was refused, with the bytes it had."""

    line: int
    reason: Reason
    payload: bytes


class _RefusedError(Exception):
    def __init__(self, reason: Reason) -> None:
        self.reason = reason


def read_event(line: int, data: bytes, now: datetime) -> Event | Rejection:
    """The event that line number `line` holds, or why it is refused.

    `now` (UTC) is when the line reached us: `received_at` where the line carries no `receivedAt`, and the measure of
    what lies in the future. `occurred_at` is `timestamp`, corrected for the sender's clock as Segment does
    (receivedAt - (sentAt - originalTimestamp)) where those three are given.
    """
    try:
        return _read(line, data, now)
    except _RefusedError as refused:
        return Rejection(line, refused.reason, data)


def _read(line: int, data: bytes, now: datetime) -> Event:
    payload, message = _parse(data)
    kind = message.get("type")
    if not isinstance(kind, str) or kind not in TYPES:
        raise _RefusedError(Reason.UNKNOWN_TYPE)
    message_id = _id(message, "messageId")
    if message_id is None:
        raise _RefusedError(Reason.MISSING_MESSAGE_ID)
    user_id = _id(message, "userId")
    # An alias names the earlier, usually anonymous, id as previousId.
    anonymous_id = _id(message, "anonymousId") or (_id(message, "previousId") if kind == "alias" else None)
    if user_id is None and anonymous_id is None:
        raise _RefusedError(Reason.MISSING_CUSTOMER)
    event = _event_name(message) if kind == "track" else None
    _check_mappings(message)
    _check_consent(message)
    occurred_at, sent_at, received_at = _times(message, now)
    return Event(line, message_id, kind, event, user_id, anonymous_id, occurred_at, sent_at, received_at, payload)


def _parse(data: bytes) -> tuple[str, dict[str, Any]]:
    try:
        payload = data.decode()
    except UnicodeDecodeError as error:
        raise _RefusedError(Reason.NOT_UTF8) from error
    try:
        message = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise _RefusedError(Reason.MALFORMED) from error
    if not isinstance(message, dict):
        raise _RefusedError(Reason.NOT_AN_OBJECT)
    if "\\u0000" in payload and _has_nul(message):
        raise _RefusedError(Reason.NUL_CHARACTER)
    return payload, message


def _has_nul(message: dict[str, Any]) -> bool:
    # Dumped again, a NUL is the only thing written \u0000 after an even number of backslashes.
    return b"\\u0000" in orjson.dumps(message).replace(b"\\\\", b"")


def _id(message: dict[str, Any], key: str) -> str | None:
    value = message.get(key)
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or len(value) > MAX_ID_BYTES or len(value.encode()) > MAX_ID_BYTES:
        raise _RefusedError(Reason.BAD_ID)
    return value if value.strip() else None


def _event_name(message: dict[str, Any]) -> str:
    name = message.get("event")
    if not isinstance(name, str) or not name.strip():
        raise _RefusedError(Reason.MISSING_EVENT)
    return name


def _check_mappings(message: dict[str, Any]) -> None:
    if not all(isinstance(message.get(key), dict | None) for key in _MAPPINGS):
        raise _RefusedError(Reason.NOT_A_MAPPING)


def _check_consent(message: dict[str, Any]) -> None:
    consent = (message.get("context") or {}).get("consent")
    preferences = consent.get("categoryPreferences") if isinstance(consent, dict) else consent
    if preferences is None:
        return
    if not isinstance(preferences, dict) or any(len(name.encode()) > MAX_PURPOSE_BYTES for name in preferences):
        raise _RefusedError(Reason.BAD_CONSENT)


def _times(message: dict[str, Any], now: datetime) -> tuple[datetime, datetime | None, datetime]:
    stated = _time(message, "timestamp")
    original = _time(message, "originalTimestamp")
    sent_at = _time(message, "sentAt")
    received_at = _time(message, "receivedAt")
    occurred_at = stated or original
    if original and sent_at and received_at:
        occurred_at = received_at - (sent_at - original)
    if occurred_at is None:
        raise _RefusedError(Reason.MISSING_TIME)
    received_at = received_at or now
    if received_at > now + CLOCK_TOLERANCE or occurred_at > received_at + CLOCK_TOLERANCE:
        raise _RefusedError(Reason.FUTURE_TIME)
    if occurred_at < EARLIEST:
        raise _RefusedError(Reason.BAD_TIME)
    return occurred_at, sent_at, received_at


def _time(message: dict[str, Any], key: str) -> datetime | None:
    value = message.get(key)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError) as error:
        raise _RefusedError(Reason.BAD_TIME) from error
    if moment < EARLIEST:
        raise _RefusedError(Reason.BAD_TIME)
    return moment
