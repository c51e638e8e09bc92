"""Files of events to ingest, and questions to the warehouse about what became of them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perennial.database import Role, connect

Message = dict[str, Any]


@pytest.fixture
def track() -> Callable[..., Message]:
    """Make a track call that holds; further fields replace or add, None removes."""

    def make(message_id: str = "m1", **fields: Any) -> Message:
        message = {
            "type": "track",
            "event": "Product Viewed",
            "messageId": message_id,
            "userId": "ada",
            "timestamp": "2020-05-01T10:00:00Z",
            "properties": {"product_id": "p1"},
        } | fields
        return {key: value for key, value in message.items() if value is not None}

    return make


@pytest.fixture
def stated(track: Callable[..., Message]) -> Callable[..., Message]:
    """Make a track call that carries consent preferences."""

    def make(message_id: str, preferences: object, **fields: Any) -> Message:
        return track(message_id, context={"consent": {"categoryPreferences": preferences}}, **fields)

    return make


@pytest.fixture
def write_lines(tmp_path: Path) -> Callable[..., Path]:
    """Write dicts (as JSON) and bytes (as they are) as the lines of a file; returns its path."""

    def write(*lines: Message | bytes, name: str = "events.jsonl") -> Path:
        encoded = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
        path = tmp_path / name
        path.write_bytes(b"".join(line + b"\n" for line in encoded))
        return path

    return write


@pytest.fixture
def ask(warehouse: Path) -> Callable[..., list[tuple[Any, ...]]]:
    """Ask the warehouse, empty at first, as its reader."""
    assert warehouse.exists()

    def answer(query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with connect(Role.READER) as connection:
            return connection.execute(query, parameters).fetchall()

    return answer


@pytest.fixture
def empty_raw(warehouse: Path) -> Callable[[], None]:
    """Empty what an ingest writes, in the middle of a test."""
    assert warehouse.exists()

    def empty() -> None:
        with connect(Role.LOADER) as connection:
            connection.execute("truncate raw.events, raw.loads, raw.rejected_events, raw.data_issues")
            connection.execute("truncate consent.ledger, consent.suppressions")

    return empty
