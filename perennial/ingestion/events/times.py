"""When an event happened, was sent and was received: each time read in the forms that senders write, or left out."""

from datetime import UTC, datetime, timedelta
from typing import Any

from perennial.ingestion.events.utc_times import EARLIEST, read_moment
from perennial.ingestion.reports import Reason, RefusedError

CLOCK_TOLERANCE = timedelta(minutes=5)
# How long a device may have kept an event before it sent it; beyond, its clock was set in between.
LONGEST_QUEUE = timedelta(days=365)


def read_times(message: dict[str, Any], now: datetime) -> tuple[datetime, datetime | None, datetime]:
    """occurred_at, sent_at and received_at of an event that reached us at `now` (UTC).

    `occurred_at` is `timestamp`, else `originalTimestamp`; corrected for the sender's clock as Segment does
    (receivedAt - (sentAt - originalTimestamp)) where those three are given and the time between them can be a queue's.
    A `sentAt`, `receivedAt` or `originalTimestamp` that cannot be used is as if it were not there. Raises RefusedError
    for a `timestamp` that cannot be used, without any time, and for one in the future.
    """
    get = message.get
    original = None if (value := get("originalTimestamp")) is None else read_moment(value)
    sent_at = None if (value := get("sentAt")) is None else read_moment(value)
    received_at = None if (value := get("receivedAt")) is None else read_moment(value)
    latest = now + CLOCK_TOLERANCE
    if received_at and received_at > latest:
        received_at = None
    stated = _stated(get("timestamp"))
    occurred_at = (original and _corrected(original, sent_at, received_at)) or stated or original
    if occurred_at is None:
        raise RefusedError(Reason.BAD_TIME if get("originalTimestamp") else Reason.MISSING_TIME)
    if occurred_at > latest:
        raise RefusedError(Reason.FUTURE_TIME)
    if received_at is None or occurred_at > received_at + CLOCK_TOLERANCE:
        received_at = now
    if sent_at and sent_at > now + LONGEST_QUEUE:
        sent_at = None
    return occurred_at, sent_at, received_at


def _stated(value: object) -> datetime | None:
    moment = read_moment(value)
    if moment is None and value is not None and not (isinstance(value, str) and not value.strip()):
        raise RefusedError(Reason.BAD_TIME)
    return moment


def _corrected(original: datetime, sent_at: datetime | None, received_at: datetime | None) -> datetime | None:
    if sent_at is None or received_at is None:
        return None
    queued = sent_at - original
    if not timedelta(0) <= queued <= LONGEST_QUEUE or received_at - EARLIEST < queued:
        return None
    return (received_at - queued).astimezone(UTC)
