"""How much happened on each day, and on which of them nobody could order: what freshness and gaps are found from."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray
from psycopg.rows import class_row

from expectations.catalog import literals
from expectations.suites import read_query
from perennial.closures import Closed
from perennial.database import Role, connect
from perennial.lifecycle import Lifecycle

BEHAVIOUR = "all behaviour"
ORDERS = "Order Completed"

Counts = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class DayCounts:
    """A row of raw_days.sql."""

    day: date
    events: int
    events_so_far: int
    orders: int
    orders_so_far: int
    newest_event_at: datetime
    newest_order_at: datetime | None


@dataclass(frozen=True)
class Part:
    """One kind of events: how many on each day, and up to the newest event's time of day; when the last one was."""

    name: str
    counts: Counts = field(repr=False)
    counts_so_far: Counts = field(repr=False)
    newest_at: datetime


@dataclass(frozen=True)
class Activity:
    """The days from `first_on` to that of the newest event, each open or closed, with the counts of each part."""

    first_on: date
    as_of: date
    closed: Closed
    is_open: Flags = field(repr=False)
    parts: tuple[Part, ...]

    @property
    def last_on(self) -> date:
        """The day of the newest event."""
        return self.day(len(self.is_open) - 1)

    def day(self, index: int) -> date:
        return self.first_on + timedelta(days=index)

    def open_days_since(self, moment: datetime) -> float:
        """Days on which somebody could order, from a moment to the end of the day as of which all is computed."""
        on = moment.astimezone(UTC).date()
        rest_of_day = 1 - (moment - datetime.combine(on, time.min, UTC)) / timedelta(days=1)
        later = sum(self.closed.is_open(on + timedelta(days=n)) for n in range(1, (self.as_of - on).days + 1))
        return later + (rest_of_day if self.closed.is_open(on) else 0)


def read_activity(as_of: date, as_of_at: str, lifecycle: Lifecycle) -> Activity | None:
    """What was known by the end of a day; None without any behaviour."""
    own_names = [name for name, read_as in lifecycle.event_names.items() if read_as == ORDERS]
    query = read_query("raw_days", as_of_at=as_of_at, orders=literals([ORDERS, *own_names]))
    with connect(Role.READER) as connection, connection.cursor(row_factory=class_row(DayCounts)) as cursor:
        rows = cursor.execute(query.encode()).fetchall()
    return activity_of(rows, as_of, lifecycle.closed) if rows else None


def activity_of(rows: list[DayCounts], as_of: date, closed: Closed) -> Activity:
    """The days between the first and the last row, those without events among them."""
    first_on, last_on = rows[0].day, rows[-1].day
    size = (last_on - first_on).days + 1
    at = [(row.day - first_on).days for row in rows]
    table = np.zeros((size, 4))
    table[at] = [(row.events, row.events_so_far, row.orders, row.orders_so_far) for row in rows]
    parts = [Part(BEHAVIOUR, table[:, 0], table[:, 1], rows[-1].newest_event_at)]
    ordered = [row.newest_order_at for row in rows if row.newest_order_at is not None]
    if ordered:
        parts.append(Part(ORDERS, table[:, 2], table[:, 3], ordered[-1]))
    is_open = np.array([closed.is_open(first_on + timedelta(days=n)) for n in range(size)])
    return Activity(first_on, as_of, closed, is_open, tuple(parts))
