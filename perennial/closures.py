"""The days on which a brand is closed, as `closed:` in lifecycle.yml states them."""

import warnings
from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cached_property
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOLIDAY_YEARS = range(1990, 2050)
"""Fixed, so that a new year changes no setting and rebuilds no table."""

Range = tuple[date, date]
"""First and last day, both closed."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _weekday(name: object) -> object:
    known = {spelling: number for number, day in enumerate(WEEKDAYS, 1) for spelling in (day, day[:3])}
    number = known.get(str(name).strip().lower())
    if number is None:
        raise ValueError(f"{name!r} is no weekday; give its name: {', '.join(WEEKDAYS)}")
    return number


def _code(value: object) -> object:
    """YAML reads NO (Norway) as false and ON (Ontario) as true, and a subdivision of digits as a number."""
    if isinstance(value, bool):
        return "ON" if value else "NO"
    return str(value) if isinstance(value, int) else value


Weekday = Annotated[int, BeforeValidator(_weekday)]
Code = Annotated[str, BeforeValidator(_code)]


class ClosedRange(_Section):
    """Closed from one day to another, both included."""

    first: Annotated[date, Field(alias="from")]
    last: Annotated[date, Field(alias="to")]

    @model_validator(mode="after")
    def _in_order(self) -> "ClosedRange":
        if self.first > self.last:
            raise ValueError(f"it ends ({self.last}) before it begins ({self.first}); swap from and to")
        return self


class PublicHolidays(_Section):
    """Of a country (ISO 3166-1: DE), or of one of its parts (ISO 3166-2: BY)."""

    country: Code
    subdivision: Code | None = None

    @model_validator(mode="after")
    def _is_known(self) -> "PublicHolidays":
        from holidays import list_supported_countries

        countries = list_supported_countries()
        if self.country not in countries:
            raise ValueError(f"no holidays of {self.country!r} are known; give its code of two letters, such as DE")
        if self.subdivision is not None and self.subdivision not in countries[self.country]:
            parts = ", ".join(countries[self.country]) or "none, leave subdivision out"
            raise ValueError(f"{self.country} has no subdivision {self.subdivision!r}; there are: {parts}")
        return self

    def days(self) -> list[date]:
        """The holidays of HOLIDAY_YEARS, the days on which they are observed among them."""
        from holidays import country_holidays

        with warnings.catch_warnings():
            # Of some countries the library knows fewer years, and says so each time.
            warnings.simplefilter("ignore", UserWarning)
            return sorted(country_holidays(self.country, subdiv=self.subdivision, years=HOLIDAY_YEARS))


class Closed(_Section):
    """Weekdays (ISO: Monday is 1), dates, ranges and public holidays on which nobody can order."""

    weekdays: tuple[Weekday, ...]
    dates: tuple[date, ...]
    ranges: tuple[ClosedRange, ...]
    public_holidays: PublicHolidays | None

    @model_validator(mode="after")
    def _opens_at_all(self) -> "Closed":
        if len(set(self.weekdays)) == len(WEEKDAYS):
            raise ValueError("weekdays: closed on all seven, so no day is left; remove those on which people can order")
        return self

    def is_open(self, day: date) -> bool:
        """Whether somebody can order on a day."""
        if day.isoweekday() in self.weekdays:
            return False
        place = bisect_right(self._merged_ranges, (day, date.max)) - 1
        return place < 0 or self._merged_ranges[place][1] < day

    @cached_property
    def _merged_ranges(self) -> list[Range]:
        return self.merged_ranges()

    def line_with(self, weekdays: Iterable[int] = (), ranges: Iterable[Range] = ()) -> str:
        """The line for lifecycle.yml that states what is stated now, and these weekdays (ISO) and ranges too."""
        ranges = list(ranges)
        days = sorted({*self.dates, *(first for first, last in ranges if first == last)})
        spans = [*((each.first, each.last) for each in self.ranges), *(pair for pair in ranges if pair[0] != pair[1])]
        names = [WEEKDAYS[weekday - 1] for weekday in sorted({*self.weekdays, *weekdays})]
        holidays = self.public_holidays.model_dump(exclude_none=True) if self.public_holidays else {}
        keys = {
            "weekdays": ", ".join(names),
            "dates": ", ".join(map(str, days)),
            "ranges": ", ".join(f"{{from: {first}, to: {last}}}" for first, last in sorted(spans)),
        }
        stated = [f"{key}: [{items}]" for key, items in keys.items() if items]
        if holidays:
            codes = ", ".join(f'{key}: "{code}"' for key, code in holidays.items())
            stated.append(f"public_holidays: {{{codes}}}")
        return f"closed: {{{', '.join(stated)}}}"

    def merged_ranges(self) -> list[Range]:
        """Dates, ranges and holidays in order; those that overlap or follow each other are one."""
        single = [*self.dates, *(self.public_holidays.days() if self.public_holidays else [])]
        return _merged([*((day, day) for day in single), *((each.first, each.last) for each in self.ranges)])

    def as_var(self) -> dict[str, Any]:
        """As dbt's variable `closed`: `{"weekdays": [7], "ranges": [["2025-12-24", "2026-01-06"]]}`."""
        ranges = [[first.isoformat(), last.isoformat()] for first, last in self.merged_ranges()]
        return {"weekdays": sorted(set(self.weekdays)), "ranges": ranges}


def _merged(ranges: Iterable[Range]) -> list[Range]:
    merged: list[Range] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + timedelta(days=1):
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged
