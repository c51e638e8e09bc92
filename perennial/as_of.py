"""As of a moment: every computation is given a day, and knows only what happened before that day's end.

`as_of` is a date; its moment, `snapshot_at`, is the midnight (UTC) that ends it. Snapshots are taken at the
end of every `WEEKLY_SNAPSHOT_ISODOW` and of the day asked for.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

WEEKLY_SNAPSHOT_ISODOW = 7


class NoEventsError(RuntimeError):
    """Nothing has been ingested yet, so there is no day to compute anything for."""


def snapshot_at(as_of: date) -> datetime:
    """The first moment not known any more: midnight UTC at the end of `as_of`."""
    return datetime.combine(as_of + timedelta(days=1), time.min, tzinfo=UTC)


def parse_as_of(text: str) -> date:
    """A day written as YYYY-MM-DD. Raises ValueError naming the expected form."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"'{text}' is not a day: write it as YYYY-MM-DD, for example 2017-10-01") from error


def chosen_as_of(params: Mapping[str, Any], triggering_asset_events: Mapping[Any, Iterable[Any]]) -> str:
    """The day a DAG run works on, as YYYY-MM-DD, or "" for the newest event's day.

    A person's `as_of` parameter wins; otherwise the day that the newest triggering asset event carries as its data.
    Asset events can coalesce into one run (apache/airflow#55489): the marts hold one moment, the last one built.
    """
    if params.get("as_of"):
        return parse_as_of(str(params["as_of"])).isoformat()
    events = sorted(
        (event for events in triggering_asset_events.values() for event in events), key=lambda event: event.timestamp
    )
    return str(events[-1].extra.get("as_of", "")) if events else ""


def day_or_newest(text: str | None) -> date:
    """The day written as YYYY-MM-DD; without one the default moment, the newest event's day.

    Raises ValueError naming the expected form, and NoEventsError where there is no event yet.
    """
    return parse_as_of(text) if text else newest_event_day()


def newest_event_day() -> date:
    """The UTC day of the newest event. Raises NoEventsError naming the command that loads some."""
    from perennial.database import Role, connect

    with connect(Role.READER) as connection:
        row = connection.execute("select (max(occurred_at) at time zone 'UTC')::date from raw.events").fetchone()
    if row is None or row[0] is None:
        raise NoEventsError("There are no events yet. Load some: `perennial ingest events FILE`.")
    newest: date = row[0]
    return newest
