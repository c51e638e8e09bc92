"""Local time where a customer lives, daylight saving included."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from perennial.simulation.arrays import Floats, Ints

MS_PER_HOUR = 3_600_000


@lru_cache(maxsize=16)
def hours_of_day(zones: tuple[str, ...], on: date) -> Ints:
    """(zones, 25): milliseconds since 1970 (UTC) at which each local hour of the day `on` begins; hour 24 is its end.

    An hour that the clocks skip begins when they have skipped it; an hour that comes twice begins the first time.
    Raises ZoneInfoNotFoundError for a zone that the IANA database does not have.
    """
    table = [[_instant(zone, on, hour) for hour in range(25)] for zone in zones]
    return np.array(table, dtype=np.int64)


def _instant(zone: str, on: date, hour: int) -> int:
    local = datetime.combine(on + timedelta(days=hour // 24), time(hour % 24), tzinfo=ZoneInfo(zone))
    return round(local.astimezone(UTC).timestamp() * 1000)


def at_local_time(hours: Ints, zone: Ints, clock: Floats) -> Ints:
    """When clocks show `clock` (hours, from 0 to below 24) in `zone` (index) on the day of `hours`, see `hours_of_day`.

    All of one length; milliseconds since 1970, UTC.
    """
    whole = np.minimum(clock.astype(np.int64), 23)
    begins, ends = hours[zone, whole], hours[zone, whole + 1]
    # Within an hour that the clocks skip or repeat, time still passes once, from its beginning to the next one's.
    instants: Ints = begins + ((clock - whole) * (ends - begins)).astype(np.int64)
    return instants


def day_breaks(zones: tuple[str, ...], on: date) -> int:
    """Milliseconds since 1970 (UTC) at which the day `on` begins in the zone where it begins first."""
    return int(hours_of_day(zones, on)[:, 0].min())
