"""A moment in the forms that senders write: ISO 8601 and its near relatives, RFC 2822, JavaScript's, epoch numbers."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)

# Epoch numbers by their size: seconds, milliseconds, microseconds, nanoseconds, each from 1973 to 2286. Others are no
# moments: 20260901 is a day and 20260901100000 a second of it, written as numbers.
_EPOCHS = ((1e8, 1e10, 1), (1e11, 1e13, 1_000), (1e14, 1e16, 1_000_000), (1e17, 1e19, 1_000_000_000))
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_UTC = re.compile(r"\s*(?:UTC|GMT|Z)$", re.IGNORECASE)
_LEAP_SECOND = re.compile(r"(?<=\d\d:\d\d:)60(?=\D|$)")
_END_OF_DAY = re.compile(r"(?<=^\d{4}-\d\d-\d\d[T ])24(?=:00(?::00(?:[.,]0+)?)?(?:Z|[+-]|$))")
_RFC_2822 = re.compile(r"(?:[A-Z][a-z]{2}, ?)?(\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d(?::\d\d)? (?:GMT|UTC?|[+-]\d{4}))")
_JAVASCRIPT = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{1,2}) (\d{4}) (\d\d:\d\d:\d\d) (?:GMT|UTC)([+-]\d{4})?(?: \(.*\))?"
)


def read_moment(value: object) -> datetime | None:
    """The moment that a JSON value names, in UTC; what does not say its zone is UTC already.

    None for what is no moment, is ambiguous (09/01/2026), or lies before 1970.
    """
    try:
        moment = _from_text(value) if isinstance(value, str) else _from_epoch(value)
        if moment is None:
            return None
        if moment.tzinfo is not UTC:
            moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment >= EARLIEST else None


def _from_epoch(value: object) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    for least, limit, per_second in _EPOCHS:
        if least <= value < limit:
            return EARLIEST + timedelta(microseconds=value * 1_000_000 // per_second)
    return None


def _from_text(text: str) -> datetime | None:
    if text[4:5] == "-":
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    text = text.strip()
    if _NUMBER.fullmatch(text) and len(text) != len("20260901"):
        return _from_epoch(float(text) if "." in text else int(text))
    if match := _JAVASCRIPT.fullmatch(text):
        month, day, year, time, zone = match.groups()
        return parsedate_to_datetime(f"{day} {month} {year} {time} {zone or '+0000'}")
    if match := _RFC_2822.fullmatch(text):
        return parsedate_to_datetime(match[1].replace("UTC", "GMT"))
    return _from_iso(_UTC.sub("Z", text))


def _from_iso(text: str) -> datetime:
    text, leap_seconds = _LEAP_SECOND.subn("59", text)
    text, ends_of_day = _END_OF_DAY.subn("00", text)
    return datetime.fromisoformat(text) + timedelta(seconds=leap_seconds, days=ends_of_day)
