"""Ids as they are compared: without what nobody sees in them; and which of them name nobody."""

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

# Ids are keys of B-tree indexes, whose entries are limited to 2,704 bytes, up to three ids together.
MAX_ID_BYTES = 500
# A double holds whole numbers exactly up to here; beyond, a number has already lost the digits that distinguish it.
MAX_WHOLE_NUMBER = 2**53

# What a program writes where it has no id: an empty value made text, a template left unfilled, an example's own name.
_NOBODY = frozenset({
    "undefined", "null", "nil", "none", "nan", "void", "empty", "blank", "missing", "false", "true", "-1",
    "object", "object-object", "anonymous", "guest", "unknown", "visitor", "nobody", "n/a", "na",
    "not-available", "not-set", "notset", "unset", "unidentified", "not-authenticated", "unauthenticated",
    "undefined-user", "unknown-user", "anonymous-user", "guest-user", "id", "uid", "distinctid", "distinct-id",
    "userid", "user-id", "customerid", "customer-id", "clientid", "client-id", "anonymousid", "anonymous-id",
    "visitorid", "visitor-id", "email", "e-mail", "your-user-id", "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "9774d56d682e549c",
})  # fmt: skip
_WRAPPING = "\"'`()[]<>{}| "
_NOTHING = "0.-?*#_"
# They turn what follows around, and so are seen.
_OVERRIDES = "\u202d\u202e"
_TEMPLATES = (("{{", "}}"), ("${", "}"), ("<%", "%>"), ("%%", "%%"), ("*|", "|*"), ("#{", "}"))


def is_longer(text: str, most_bytes: int) -> bool:
    """Whether a text takes more than `most_bytes` in UTF-8; of short ones, which most are, nothing is encoded."""
    return len(text) * 4 > most_bytes and (len(text) > most_bytes or len(text.encode()) > most_bytes)


class ReadId(NamedTuple):
    """An id in its one form, and whether it names nobody."""

    text: str
    is_nobody: bool


def nobody(more: Iterable[str] = ()) -> frozenset[str]:
    """The ids, folded, that name nobody: the known ones and a brand's own."""
    return _NOBODY | {_fold(normalize(text)) for text in more}


def normalize(text: str) -> str:
    """The one form of an id: NFC, trimmed, without characters of no width (joiners, marks of direction, byte order)."""
    if text.isascii():
        return text.strip()
    visible = "".join(one for one in text if unicodedata.category(one) != "Cf" or one in _OVERRIDES)
    return unicodedata.normalize("NFC", visible).strip()


@lru_cache(maxsize=1 << 16)
def read_id(value: str, ids_of_nobody: frozenset[str]) -> ReadId | None:
    """The id that a text is; None where it is blank. Raises ValueError beyond `MAX_ID_BYTES`."""
    if len(value) > MAX_ID_BYTES * 4:
        raise ValueError("an id is too long")
    text = normalize(value)
    if is_longer(text, MAX_ID_BYTES):
        raise ValueError("an id is too long")
    return ReadId(text, _is_nobody(text, ids_of_nobody)) if text else None


def id_text(value: object) -> str | None:
    """An id as text: text as it is, a whole number in its digits; None for what is neither."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < MAX_WHOLE_NUMBER:
        return str(int(value))
    return None


def _is_nobody(text: str, ids_of_nobody: frozenset[str]) -> bool:
    folded = _fold(text)
    if folded in ids_of_nobody or not folded.strip(_NOTHING):
        return True
    return any(text.startswith(opening) and text.endswith(closing) for opening, closing in _TEMPLATES)


def _fold(text: str) -> str:
    return "-".join(text.casefold().strip(_WRAPPING).replace("_", " ").split())
