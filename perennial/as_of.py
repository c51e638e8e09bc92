"""As of a moment: every computation is given a day, and knows only what happened before that day's end.

`as_of` is a date; its moment, `snapshot_at`, is the midnight (UTC) that ends it. Snapshots are taken at the
end of every `WEEKLY_SNAPSHOT_ISODOW` and of the day asked for.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

WEEKLY_SNAPSHOT_ISODOW = 7
OLD_DAYS = 7
"""Events older than so many days are told to be old wherever a result is read."""


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
    """The day a DAG run works on, as YYYY-MM-DD, or "" for the default day.

    A person's `as_of` parameter wins; otherwise the day that the newest triggering asset event carries as its data.
    Asset events can coalesce into one run (apache/airflow#55489): the marts hold one moment, the last one built.
    """
    if params.get("as_of"):
        return parse_as_of(str(params["as_of"])).isoformat()
    events = sorted(
        (event for events in triggering_asset_events.values() for event in events), key=lambda event: event.timestamp
    )
    return str(events[-1].extra.get("as_of", "")) if events else ""


@dataclass(frozen=True)
class DefaultDay:
    """The default day, and what arrived behind it that does not make a day: how many events, the newest and its id."""

    as_of: date
    newest_event_on: date
    count_later: int
    later_message_id: str | None

    def warnings(self, today: date) -> list[str]:
        """What a person should know before reading anything computed for this day, in sentences."""
        found = []
        if self.count_later:
            found.append(
                f"{self.count_later:,} events after {self.as_of} are too few to make a day and wait for others (the "
                f"newest is of {self.newest_event_on}, message id {self.later_message_id}). If its clock was wrong, "
                "delete it from raw.events; to compute a later day all the same: `perennial run --as-of DAY`."
            )
        if (age := (today - self.as_of).days) > OLD_DAYS:
            found.append(f"The newest events are {age:,} days old ({self.as_of}): this is a replayed history.")
        return found


def day_or_default(text: str | None) -> date:
    """The day written as YYYY-MM-DD; without one the default day.

    Raises ValueError naming the expected form, and NoEventsError where there is no event yet.
    """
    return parse_as_of(text) if text else default_day().as_of


def default_day() -> DefaultDay:
    """The newest day that events have made (`raw.default_as_of`, which plain `dbt run` asks too).

    Raises NoEventsError naming the command that loads some.
    """
    from perennial.database import Role, connect

    with connect(Role.READER) as connection:
        row = connection.execute(_DEFAULT_DAY_SQL).fetchone()
    if row is None:
        raise NoEventsError("There are no events yet. Load some: `perennial ingest events FILE`.")
    return DefaultDay(*row)


_DEFAULT_DAY_SQL = """
    select
        chosen.as_of,
        (newest.occurred_at at time zone 'UTC')::date,
        (select count(*) from raw.events where occurred_at >= (chosen.as_of + 1)::timestamp at time zone 'UTC'),
        case when (newest.occurred_at at time zone 'UTC')::date > chosen.as_of then newest.message_id end
    from raw.default_as_of() as chosen (as_of)
    cross join lateral (
        select occurred_at, message_id from raw.events order by occurred_at desc, message_id limit 1
    ) as newest
    where chosen.as_of is not null
"""
