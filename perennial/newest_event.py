"""The default moment: the day of the newest event that was loaded."""

from datetime import date

from perennial.database import Role, connect


class NoEventsError(RuntimeError):
    """Nothing has been ingested yet, so there is no day to compute anything for."""


def newest_event_day() -> date:
    """The UTC day of the newest event. Raises NoEventsError naming the command that loads some."""
    with connect(Role.READER) as connection:
        row = connection.execute("select (max(occurred_at) at time zone 'UTC')::date from raw.events").fetchone()
    if row is None or row[0] is None:
        raise NoEventsError("There are no events yet. Load some: `perennial ingest events FILE`.")
    newest: date = row[0]
    return newest
