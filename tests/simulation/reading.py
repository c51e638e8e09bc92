"""A market's file, read back."""

from datetime import date, datetime
from typing import Any

import orjson

from perennial.simulation import Market, MarketSettings
from perennial.simulation.file import market_text

Line = dict[str, Any]


def lines_of(
    settings: MarketSettings | None = None, *, customers: int = 1_500, days: int = 10, seed: int = 2, **more: date
) -> list[Line]:
    """Every line of a market's file, in the file's order."""
    market = Market(customers, seed=seed, settings=settings, **more)
    return [orjson.loads(line) for text, _ in market_text(market, days) for line in text.splitlines()]


def when(line: Line, key: str) -> datetime:
    """The time that stands under `key`."""
    return datetime.fromisoformat(line[key])


def happened(line: Line) -> datetime:
    """The time of the event, corrected for the device's clock as Segment does."""
    if "timestamp" in line:
        return when(line, "timestamp")
    return when(line, "receivedAt") - (when(line, "sentAt") - when(line, "originalTimestamp"))
