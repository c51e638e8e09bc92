"""As of a moment: every computation is given a day, and knows only what happened before that day's end.

`as_of` is a date; its moment, `snapshot_at`, is the midnight (UTC) that ends it. Snapshots are taken at the
end of every `WEEKLY_SNAPSHOT_ISODOW` and of the day asked for.
"""

from datetime import UTC, date, datetime, time, timedelta

WEEKLY_SNAPSHOT_ISODOW = 7


def snapshot_at(as_of: date) -> datetime:
    """The first moment not known any more: midnight UTC at the end of `as_of`."""
    return datetime.combine(as_of + timedelta(days=1), time.min, tzinfo=UTC)


def parse_as_of(text: str) -> date:
    """A day written as YYYY-MM-DD. Raises ValueError naming the expected form."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"'{text}' is not a day: write it as YYYY-MM-DD, for example 2017-10-01") from error
