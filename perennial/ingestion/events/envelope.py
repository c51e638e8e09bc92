"""One event of Segment-spec JSON, checked and typed; nothing here touches a file or a database.

The envelope is https://segment.com/docs/connections/spec/common/ with `properties`, `context` and `traits` left as
they came: the payload travels on as text, so that no number loses a digit on its way into PostgreSQL.
"""

from datetime import datetime
from typing import Any, NamedTuple

import orjson

from perennial.ingestion.consents.purposes import fold
from perennial.ingestion.events.bounds import check_consent, check_depth, check_mappings, check_nul, check_property_ids
from perennial.ingestion.events.ids import MAX_ID_BYTES, ReadId, id_text, is_longer, read_id
from perennial.ingestion.events.issues import Issue, IssueKind
from perennial.ingestion.events.rules import Rules
from perennial.ingestion.events.snake_case import SNAKE_CASE, in_camel_case
from perennial.ingestion.events.times import read_times
from perennial.ingestion.reports import Reason, RefusedError

TYPES = frozenset({"track", "identify", "page", "screen", "group", "alias"})


class Event(NamedTuple):
    """An event that holds: its envelope typed, its whole text as `payload`."""

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


class _Ids(NamedTuple):
    user_id: str | None
    anonymous_id: str | None
    previous_id: str | None
    issues: list[Issue]


def read_message(line: int, payload: str, message: dict[str, Any], now: datetime, rules: Rules) -> list[Event | Issue]:
    """The event that `message`, parsed from `payload`, is, and what is to be reported of it.

    `now` (UTC) is when it reached us. Its times are those of `read_times`. Raises RefusedError.
    """
    check_nul(payload, message)
    check_depth(payload, message)
    is_snake_case = not SNAKE_CASE.isdisjoint(message)
    if is_snake_case:
        message = in_camel_case(message)
    kind = message.get("type")
    if not isinstance(kind, str) or kind not in TYPES:
        raise RefusedError(Reason.UNKNOWN_TYPE)
    message_id = _message_id(message)
    ids = _alias_ids(message, message_id, rules) if kind == "alias" else _ids(message, message_id, rules)
    event = _event_name(message) if kind == "track" else None
    check_mappings(message)
    if kind == "track":
        check_property_ids(payload, message.get("properties"))
    unknown = check_consent(message, rules)
    times = read_times(message, now)
    if ids.previous_id is not None:
        payload = _stating(payload, "previousId", ids.previous_id)
    if is_snake_case and kind == "group" and "groupId" in message:
        payload = _stating(payload, "groupId", message["groupId"])
    found = Event(line, message_id, kind, event, ids.user_id, ids.anonymous_id, *times, payload)
    if not (ids.issues or unknown):
        return [found]
    purposes = [Issue(IssueKind.UNKNOWN_PURPOSE, fold(name), f"'{name}'", message_id) for name in unknown]
    return [found, *(issue._replace(line=line) for issue in (*ids.issues, *purposes))]


def _message_id(message: dict[str, Any]) -> str:
    value = message.get("messageId")
    text = id_text(value)
    if value is None or (text is not None and not text.strip()):
        raise RefusedError(Reason.MISSING_MESSAGE_ID)
    if text is None or is_longer(text, MAX_ID_BYTES):
        raise RefusedError(Reason.BAD_ID)
    return text


def _ids(message: dict[str, Any], message_id: str, rules: Rules) -> _Ids:
    user, anonymous = _id(message, "userId", rules), _id(message, "anonymousId", rules)
    issues = []
    if user and user.is_nobody:
        issues.append(Issue(IssueKind.USER_NOBODY, message_id, f"'{user.text}'", message_id))
    if anonymous and anonymous.is_nobody:
        issues.append(Issue(IssueKind.ANONYMOUS_NOBODY, message_id, f"'{anonymous.text}'", message_id))
    user_id = user.text if user and not user.is_nobody else None
    anonymous_id = anonymous.text if anonymous and not anonymous.is_nobody else None
    if user_id is None and anonymous_id is None:
        raise RefusedError(Reason.NOBODY if issues else Reason.MISSING_CUSTOMER)
    return _Ids(user_id, anonymous_id, None, issues)


def _alias_ids(message: dict[str, Any], message_id: str, rules: Rules) -> _Ids:
    user, previous = _id(message, "userId", rules), _id(message, "previousId", rules)
    if user is None or previous is None:
        raise RefusedError(Reason.BAD_ALIAS)
    if user.is_nobody or previous.is_nobody:
        raise RefusedError(Reason.NOBODY)
    ids = _ids(message, message_id, rules)
    if user.text == previous.text:
        ids.issues.append(Issue(IssueKind.SELF_ALIAS, message_id, f"'{user.text}'", message_id))
    # An alias names the earlier, usually anonymous, id as previousId.
    return ids._replace(anonymous_id=ids.anonymous_id or previous.text, previous_id=previous.text)


def _id(message: dict[str, Any], key: str, rules: Rules) -> ReadId | None:
    value = message.get(key)
    if value is None:
        return None
    text = value if isinstance(value, str) else id_text(value)
    if text is None:
        raise RefusedError(Reason.BAD_ID)
    try:
        return read_id(text, rules.ids_of_nobody)
    except ValueError as error:
        raise RefusedError(Reason.BAD_ID) from error


def _event_name(message: dict[str, Any]) -> str:
    name = message.get("event")
    if not isinstance(name, str) or not name.strip():
        raise RefusedError(Reason.MISSING_EVENT)
    if is_longer(name, MAX_ID_BYTES):
        raise RefusedError(Reason.LONG_EVENT)
    return name


def _stating(payload: str, key: str, value: object) -> str:
    # Of a name given twice the last one counts, for PostgreSQL as for every reader before it.
    return f'{payload.rstrip()[:-1]},"{key}":{orjson.dumps(value).decode()}}}'
