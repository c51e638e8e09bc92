"""Refused lines as they are kept: readable, bounded, and recognised when a file is loaded again."""

import hashlib
from typing import NamedTuple

from perennial.ingestion.reports import Reason

MAX_PAYLOAD_CHARACTERS = 4_000


class Rejection(NamedTuple):
    """An event that was refused, with the bytes it had."""

    line: int
    reason: Reason
    payload: bytes


def readable(payload: bytes) -> str:
    """Refused bytes as text that PostgreSQL can hold: what is no UTF-8 is escaped, what is too long is cut."""
    text = payload[: MAX_PAYLOAD_CHARACTERS * 4].decode(errors="backslashreplace").replace("\x00", "\\x00")
    if len(text) <= MAX_PAYLOAD_CHARACTERS:
        return text
    return f"{text[:MAX_PAYLOAD_CHARACTERS]}… (cut; {len(payload):,} bytes were read)"


def fingerprint(source: str, rejection: Rejection) -> str:
    """A digest of where a refused line stood and what it held, the same whenever the file is loaded again."""
    digest = hashlib.blake2b(f"{source}\n{rejection.line}\n".encode(), digest_size=16)
    digest.update(rejection.payload)
    return digest.hexdigest()
