"""The shapes that every event of Complete Journey shares."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd


def track(event: str, message_id: str, household: int, timestamp: str, properties: dict[str, Any]) -> dict[str, Any]:
    """A track call of Segment's spec; `timestamp` is ISO 8601 in UTC."""
    return {
        "type": "track",
        "event": event,
        "messageId": message_id,
        "userId": str(household),
        "timestamp": timestamp,
        "properties": properties,
    }


def in_rows(frame: pd.DataFrame, *columns: str, time: str) -> Iterator[tuple[Any, ...]]:
    """The columns' values as Python's own, row by row, with the time as ISO 8601 at the end."""
    return zip(*(frame[column].tolist() for column in columns), iso(frame[time]), strict=True)


def iso(times: pd.Series) -> list[str]:
    """(rows,) as ISO 8601 in UTC: the data set has no time zone, its clock is taken as UTC."""
    seconds = times.to_numpy().astype("datetime64[s]")
    texts: list[str] = np.datetime_as_string(seconds, timezone="UTC").tolist()
    return texts
