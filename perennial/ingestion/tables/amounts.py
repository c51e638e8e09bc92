"""Amounts as files write them: "1.120,00" is 1120, "-12,50" is negative, "1.299" alone is ambiguous."""

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

from perennial.ingestion.tables.options import Cell, DecimalMark

_MINUS = str.maketrans({"\u2212": "-", "\u2012": "-", "\u2013": "-", "\ufe63": "-", "\uff0d": "-"})
# What groups thousands beside a point or a comma: spaces of any width, apostrophes.
_GROUPING = re.compile(r"(?<=\d)[\s'\u2019](?=\d{3}(?!\d))")
_SYMBOLS = {"\u20ac": "EUR", "\u00a3": "GBP", "$": None, "\u00a5": None, "kr": None, "US$": "USD", "z\u0142": "PLN"}
_UNIT = r"US\$|[$\u20ac\u00a3\u00a5]|kr\.?|z\u0142|[A-Z]{3}"
_WRITTEN = re.compile(
    rf"(?P<open>\()?\s*(?P<sign>[+-])?\s*(?P<before>{_UNIT})?\s*(?P<inner>[+-])?\s*(?P<digits>[\d.,\s'\u2019]*\d[.,]?)"
    rf"(?P<exponent>[eE][+-]?\d{{1,2}})?\s*(?P<trailing>-)?\s*(?P<after>{_UNIT})?\s*(?P<last>-)?\s*(?P<close>\))?"
)
_GROUPED = {mark: re.compile(rf"\d{{1,3}}(?:{re.escape(mark)}\d{{3}})+") for mark in DecimalMark}
_PLAIN = re.compile(r"\d+(?:\.\d*)?|\.\d+")
_GROUP_DIGITS = 3


class Amount(NamedTuple):
    """A number that was read, and the currency that was written beside it, if it names one."""

    value: Decimal
    currency: str | None = None


# Tables repeat their amounts.
@lru_cache(maxsize=1 << 15)
def read_amount(cell: Cell, mark: DecimalMark | None) -> Amount | None:
    """The amount that a cell states, where a point or comma that is ambiguous by itself is read by `mark`.

    None for what is empty, no amount, or ambiguous without a mark.
    """
    if cell is None or isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        return Amount(Decimal(repr(cell)))
    written = _WRITTEN.fullmatch(cell.translate(_MINUS).strip())
    if written is None or bool(written["open"]) != bool(written["close"]):
        return None
    signs = [written[name] for name in ("sign", "inner", "trailing", "last", "open") if written[name]]
    digits = _with_point(_GROUPING.sub("", written["digits"]), mark)
    if digits is None or len(signs) > 1 or (written["before"] and written["after"]):
        return None
    unit = written["before"] or written["after"]
    try:
        value = Decimal(digits + (written["exponent"] or ""))
    except InvalidOperation:
        return None
    return Amount(-value if signs and signs[0] != "+" else value, _SYMBOLS.get(unit, unit) if unit else None)


@lru_cache(maxsize=1 << 15)
def decimal_mark_of(cell: Cell) -> DecimalMark | None:
    """The decimal mark that a cell can only have been written with; None where it says nothing of it."""
    if not isinstance(cell, str):
        return None
    written = _WRITTEN.fullmatch(cell.translate(_MINUS).strip())
    if written is None:
        return None
    digits = _GROUPING.sub("", written["digits"])
    possible = [mark for mark in DecimalMark if _with_point(digits, mark) is not None]
    has_mark = "." in digits or "," in digits
    return possible[0] if has_mark and len(possible) == 1 else None


def is_ambiguous(cell: Cell) -> bool:
    """Whether a cell is an amount with either decimal mark, and another one with each."""
    return read_amount(cell, None) is None and all(read_amount(cell, mark) is not None for mark in DecimalMark)


def plain_number(value: Decimal) -> str:
    """A number in digits, the same for 65, 65.0 and 65.00."""
    return format(value.normalize() if value else Decimal(0), "f")


def _with_point(digits: str, mark: DecimalMark | None) -> str | None:
    """The digits with a point before the decimals; None where they are no number so written."""
    if mark is None:
        read = {_with_point(digits, each) for each in DecimalMark} - {None}
        return read.pop() if len(read) == 1 else None
    grouping = DecimalMark.COMMA if mark is DecimalMark.POINT else DecimalMark.POINT
    whole, found, decimals = digits.partition(mark)
    if grouping in decimals or mark in decimals:
        return None
    if grouping in whole:
        if not _GROUPED[grouping].fullmatch(whole) or whole.startswith("0"):
            return None
        whole = whole.replace(grouping, "")
    text = f"{whole}.{decimals}" if found and decimals else whole
    return text if _PLAIN.fullmatch(text) else None
