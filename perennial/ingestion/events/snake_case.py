"""Envelopes as warehouses and RudderStack write them, message_id for messageId, read as the spec's own."""

from typing import Any

_NAMES = {
    "message_id": "messageId",
    "user_id": "userId",
    "anonymous_id": "anonymousId",
    "previous_id": "previousId",
    "group_id": "groupId",
    "original_timestamp": "originalTimestamp",
    "sent_at": "sentAt",
    "received_at": "receivedAt",
    # Segment's and RudderStack's warehouse tables: `event` is a table's name there, and `id` the message's.
    "event_text": "event",
}
SNAKE_CASE = frozenset(_NAMES)


def in_camel_case(message: dict[str, Any]) -> dict[str, Any]:
    """The same message under the spec's names; what stands under both keeps the spec's, save `event`."""
    renamed = dict(message)
    for name, ours in _NAMES.items():
        value = renamed.pop(name, None)
        if value is not None and (ours == "event" or renamed.get(ours) is None):
            renamed[ours] = value
    if renamed.get("messageId") is None and "id" in renamed:
        renamed["messageId"] = renamed["id"]
    return renamed
