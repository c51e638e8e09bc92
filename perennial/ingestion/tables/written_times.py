"""Moments as files write them: ISO 8601, days with points or slashes, names of months, Excel's serial days, zones."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from perennial.ingestion.events.utc_times import EARLIEST, read_moment
from perennial.ingestion.tables.options import Cell, DateOrder

_EXCEL_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)
# Serial days from 1970 to 2119; beyond, a number is an epoch or no moment.
_EXCEL_DAYS = range(25_569, 80_000)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[T ]?(\d\d):?(\d\d):?(\d\d)?)?")
_CLOCK = (
    r"(?:[T,\s]+(?:um\s+)?"
    r"(?P<clock>\d{1,2}[:.]\d\d(?:[:.]\d\d(?:[.,]\d+)?)?(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?)(?:\s*Uhr)?)?"
)
_ZONE = (
    r"(?:\s*(?P<zone>Z|[+-]\d\d:?(?:\d\d)?|(?:UTC|GMT)[+-]\d{1,2}(?::\d\d)?|[A-Za-z]{2,5}"
    r"|\[?[A-Z][A-Za-z_]+/[A-Za-z_/]+\]?))?"
)
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})" + _CLOCK + _ZONE)
_NUMBERS = re.compile(
    r"(?P<first>\d{1,2})(?P<mark>[./-])(?P<second>\d{1,2})(?P=mark)(?P<year>\d{4}|\d\d)" + _CLOCK + _ZONE
)
_DAY_MONTH = re.compile(
    r"(?:[^\W\d]{2,10}\.?,?\s+)?(?P<day>\d{1,2})\.?[\s-]+(?P<name>[^\W\d]{3,9})\.?,?[\s-]+(?P<year>\d{4})"
    + _CLOCK
    + _ZONE
)
_MONTH_DAY = re.compile(
    r"(?:[^\W\d]{2,10}\.?,?\s+)?(?P<name>[^\W\d]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})"
    + _CLOCK
    + _ZONE
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan januar january", "feb februar february", "mar mrz mär märz march", "apr april", "mai may",
         "jun juni june", "jul juli july", "aug august", "sep sept september", "okt oct oktober october",
         "nov november", "dez dec dezember december"), start=1,
    )
    for name in names.split()
}  # fmt: skip
# In hours. CST, IST and their like are several zones, and so none.
_ZONES = {
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "EET": 2,
    "EEST": 3, "EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip
_NOON, _HALF_DAY = 12, 12


@lru_cache(maxsize=1 << 15)
def read_table_moment(cell: Cell, order: DateOrder | None, zone: tzinfo) -> datetime | None:
    """The moment that a cell names, in UTC; one without a zone is of `zone`, a day without an hour its 0:00 UTC.

    None for what is no moment, lies before 1970, or is ambiguous (03/04/2026) without an `order`.
    """
    try:
        moment = _from_number(cell) if isinstance(cell, int | float) else _from_text(cell, order, zone)
    except (ValueError, OverflowError):
        return None
    return moment if moment and moment >= EARLIEST else None


def with_clock(cells: Sequence[Cell], day: int, clock: int | None) -> Cell:
    """The moment in two cells, a day and its time; what stands in the first where there is no second."""
    if clock is None or cells[day] is None or cells[clock] is None:
        return cells[day]
    return f"{cells[day]} {cells[clock]}"


def date_order_of(cell: Cell) -> DateOrder | None:
    """The order that a cell's date can only have been written in; None where it says nothing of it."""
    numbers = _slashed(cell)
    if numbers is None:
        return None
    first, second = numbers
    if first > _NOON >= second:
        return DateOrder.DAY_FIRST
    return DateOrder.MONTH_FIRST if second > _NOON >= first else None


def is_ambiguous_date(cell: Cell) -> bool:
    """Whether a cell is a date of one day or another, by what stands first in it."""
    numbers = _slashed(cell)
    return numbers is not None and numbers[0] != numbers[1] and max(numbers) <= _NOON


def _slashed(cell: Cell) -> tuple[int, int] | None:
    matched = _NUMBERS.fullmatch(cell.strip()) if isinstance(cell, str) else None
    # Days with points are written with the day first, everywhere.
    if matched is None or matched["mark"] == ".":
        return None
    return int(matched["first"]), int(matched["second"])


def _from_number(number: float) -> datetime | None:
    if int(number) in _EXCEL_DAYS:
        return _EXCEL_EPOCH + timedelta(seconds=round(number * 86_400))
    return read_moment(number)


def _from_text(cell: Cell, order: DateOrder | None, zone: tzinfo) -> datetime | None:
    text = str(cell).strip() if cell is not None else ""
    if _NUMBER.fullmatch(text):
        if len(text) == len("20260901") and (day := _COMPACT.fullmatch(text)):
            return datetime(int(day[1]), int(day[2]), int(day[3]), tzinfo=UTC)
        number = float(text.replace(",", "."))
        return _from_number(number) if int(number) in _EXCEL_DAYS else read_moment(text)
    if matched := _YEAR_FIRST.fullmatch(text):
        return _at(int(matched["year"]), int(matched["month"]), int(matched["day"]), matched, zone)
    if matched := _NUMBERS.fullmatch(text):
        return _from_numbers(matched, order, zone)
    if (matched := _DAY_MONTH.fullmatch(text) or _MONTH_DAY.fullmatch(text)) and (
        month := _MONTHS.get(matched["name"].casefold())
    ):
        return _at(int(matched["year"]), month, int(matched["day"]), matched, zone)
    return read_moment(text)


def _from_numbers(matched: re.Match[str], order: DateOrder | None, zone: tzinfo) -> datetime | None:
    first, second, year = int(matched["first"]), int(matched["second"]), int(matched["year"])
    if matched["mark"] == "." or first > _NOON or first == second:
        order = DateOrder.DAY_FIRST
    elif second > _NOON:
        order = DateOrder.MONTH_FIRST
    if order is None:
        return None
    day, month = (first, second) if order is DateOrder.DAY_FIRST else (second, first)
    return _at(year + (2_000 if year < 100 else 0), month, day, matched, zone)  # noqa: PLR2004  # a year of two digits


def _at(year: int, month: int, day: int, matched: re.Match[str], zone: tzinfo) -> datetime | None:
    if matched["clock"] is None:
        return datetime(year, month, day, tzinfo=UTC) if matched["zone"] is None else None
    if matched["zone"]:
        named = _zone(matched["zone"])
        if named is None:
            return None
        zone = named
    moment = datetime.combine(date(year, month, day), time(0), tzinfo=None)
    moment += _since_midnight(matched["clock"], matched["half"])
    return moment.replace(tzinfo=zone).astimezone(UTC)


def _since_midnight(clock: str, half: str | None) -> timedelta:
    hour, minute, *seconds = re.split(r"[:.]", re.sub(r"\s*[AaPp]\.?[Mm]\.?$", "", clock).replace(",", "."), maxsplit=2)
    hours = int(hour)
    if half:
        if not 1 <= hours <= _HALF_DAY:
            raise ValueError("no hour of half a day")
        hours = hours % _HALF_DAY + (_HALF_DAY if half in "Pp" else 0)
    since = timedelta(hours=hours, minutes=int(minute), seconds=float(seconds[0]) if seconds else 0)
    if since > timedelta(days=1) or int(minute) >= 60:  # noqa: PLR2004  # minutes
        raise ValueError("no time of day")
    return since


@lru_cache(maxsize=1_000)
def _zone(name: str) -> tzinfo | None:
    if name.upper() in _ZONES:
        return timezone(timedelta(hours=_ZONES[name.upper()]))
    if offset := re.fullmatch(r"(?:UTC|GMT)?([+-])(\d{1,2}):?(\d\d)?", name):
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        return timezone(timedelta(minutes=minutes if offset[1] == "+" else -minutes))
    try:
        return ZoneInfo(name.strip("[]"))
    except (ZoneInfoNotFoundError, ValueError):
        return None
