"""What is bounded in an event, so that no event can stop those who read it later."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson

from perennial.ingestion.consents.purposes import fold, plain
from perennial.ingestion.events.ids import MAX_ID_BYTES, is_longer
from perennial.ingestion.events.rules import Rules
from perennial.ingestion.reports import Reason, RefusedError

# Readers in Python recurse, and give up near a thousand levels.
MAX_DEPTH = 100
MAX_PURPOSE_BYTES = 100

_MAPPINGS = ("properties", "context", "traits")
_PREFERENCES = ("categoryPreferences", "category_preferences")
# What the warehouse uses as keys.
_PROPERTY_IDS = (
    ("order_id", Reason.BAD_ORDER_ID),
    ("campaign_id", Reason.BAD_CAMPAIGN_ID),
    ("coupon_id", Reason.BAD_COUPON_ID),
)


def check_nul(payload: str, message: dict[str, Any]) -> None:
    """Raises RefusedError for a NUL character, which PostgreSQL does not store."""
    # Dumped again, a NUL is the only thing written \\u0000 after an even number of backslashes.
    if "\\u0000" in payload and b"\\u0000" in orjson.dumps(message).replace(b"\\\\", b""):
        raise RefusedError(Reason.NUL_CHARACTER)


def check_depth(payload: str, message: dict[str, Any]) -> None:
    """Raises RefusedError beyond `MAX_DEPTH` levels of objects and arrays."""
    if payload.count("{") + payload.count("[") <= MAX_DEPTH:
        return
    level: list[Any] = [message]
    for _ in range(MAX_DEPTH):
        inner = [value.values() if isinstance(value, dict) else value for value in level]
        level = [value for values in inner for value in values if isinstance(value, dict | list)]
        if not level:
            return
    raise RefusedError(Reason.TOO_DEEP)


def check_mappings(message: dict[str, Any]) -> None:
    """Raises RefusedError where a part of the envelope that holds fields is something else."""
    for key in _MAPPINGS:
        part = message.get(key)
        if part is not None and not isinstance(part, dict):
            raise RefusedError(Reason.NOT_A_MAPPING)


def check_property_ids(payload: str, properties: Mapping[str, Any] | None) -> None:
    """Raises RefusedError for an id in properties that is neither text nor a number of at most `MAX_ID_BYTES`."""
    if not properties:
        return
    for name, reason in _PROPERTY_IDS:
        value = properties.get(name)
        if value is not None and not _is_id(payload, name, value):
            raise RefusedError(reason)


def check_consent(message: dict[str, Any], rules: Rules) -> list[str]:
    """The purposes stated that this brand does not have. Raises RefusedError for preferences that cannot be read."""
    consent = (message.get("context") or {}).get("consent")
    if consent is None:
        return []
    if not isinstance(consent, dict):
        raise RefusedError(Reason.BAD_CONSENT)
    unknown = []
    for preferences in map(consent.get, _PREFERENCES):
        if preferences is None:
            continue
        if not isinstance(preferences, dict) or any(is_longer(name, MAX_PURPOSE_BYTES) for name in preferences):
            raise RefusedError(Reason.BAD_CONSENT)
        unknown += [name for name, value in preferences.items() if not _is_known(name, value, rules)]
    return unknown


def _is_known(name: str, value: object, rules: Rules) -> bool:
    return name in rules.granted_as or (
        plain(name) in rules.granted_as if value is True else fold(name) in rules.refused_as
    )


def _is_id(payload: str, name: str, value: object) -> bool:
    if isinstance(value, str):
        return not is_longer(value, MAX_ID_BYTES)
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, float) and _is_short(payload, name))


def _is_short(payload: str, name: str) -> bool:
    # PostgreSQL writes a number out in full: 1e-15000 is a text of 15,002 characters.
    for digits, exponent in re.findall(rf'"{name}"\s*:\s*-?([\d.]+)(?:[eE]([+-]?\d+))?', payload):
        if len(digits) > MAX_ID_BYTES or len(exponent) > len("+1000") or abs(int(exponent or 0)) > MAX_ID_BYTES:
            return False
        if len(format(Decimal(f"{digits}e{exponent or 0}"), "f")) >= MAX_ID_BYTES:
            return False
    return True
