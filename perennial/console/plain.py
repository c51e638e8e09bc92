"""Results as JSON can hold them, for the command line and the HTTP API."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from typing import Any


def to_plain(value: Any) -> Any:
    """A dataclass, mapping, sequence or array as JSON can hold it: ISO 8601 for moments, text for anything else."""
    if is_dataclass(value) and not isinstance(value, type):
        return to_plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, str | int | float | bool | None):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Sequence | set | frozenset):
        return [to_plain(item) for item in value]
    return value.tolist() if hasattr(value, "tolist") else str(value)
