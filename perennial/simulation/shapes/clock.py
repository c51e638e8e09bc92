"""The clock on which customers wait: closed days do not count, days in season count more."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from perennial.simulation.arrays import Bools, Floats, Ints

SUNDAY = 6
_YEAR = 365.25
_PEAK_OF_SEASON = 350
"""Day of the year."""


@dataclass(frozen=True)
class Closures:
    """`weekdays` (0: Monday) and the days from `first` to `last` (month, day) over New Year: nothing happens then."""

    weekdays: tuple[int, ...] = ()
    first: tuple[int, int] | None = None
    last: tuple[int, int] | None = None

    def holds(self, day: date) -> bool:
        """Whether the brand is closed on `day`."""
        if day.weekday() in self.weekdays:
            return True
        if self.first is None or self.last is None:
            return False
        return (day.month, day.day) >= self.first or (day.month, day.day) <= self.last


OPEN = Closures()
"""On every day."""


@dataclass(frozen=True)
class Clock:
    """`intensity`: (days,) how much of an open day each day is, from `start` far into the future; 0: closed."""

    start: date
    intensity: Floats

    @property
    def read(self) -> Floats:
        """(days,): open days up to the end of each day."""
        return np.cumsum(self.intensity)

    @property
    def pace(self) -> float:
        """Open days per calendar day, over the first year."""
        return float(self.intensity[: int(_YEAR)].mean())

    @property
    def is_closed(self) -> Bools:
        """(days,) of which nothing happens on some."""
        closed: Bools = self.intensity == 0
        return closed

    def between(self, first: Ints, last: Ints | int) -> Floats:
        """Open days from the end of the day `first` to the end of the day `last`."""
        read = self.read
        open_days: Floats = read[last] - read[first]
        return open_days


def clock_of(start: date, days: int, closures: Closures, season: float) -> Clock:
    """The clock of `days` days from `start`. `season`: the amplitude of a yearly wave, from 0 to below 1."""
    calendar = [start + timedelta(days=day) for day in range(days)]
    of_year = np.array([day.timetuple().tm_yday for day in calendar])
    wave = 1 + season * np.cos(2 * np.pi * (of_year - _PEAK_OF_SEASON) / _YEAR)
    is_open = np.array([not closures.holds(day) for day in calendar])
    return Clock(start, np.where(is_open, wave, 0.0))
