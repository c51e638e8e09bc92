"""What of a table its rows decide together, each with a note for the person who reads it."""

from collections import Counter
from typing import NamedTuple

from perennial.ingestion.reports import UnreadableFileError
from perennial.ingestion.tables.options import Cell, DateOrder, DecimalMark, TotalPer

_DAY_OR_MONTH = {DateOrder.DAY_FIRST: "day", DateOrder.MONTH_FIRST: "month"}


class Decided(NamedTuple):
    """What was decided, by name; None where nothing was. `note` is empty where nobody needs to know."""

    mark: DecimalMark | None = None
    date_order: DateOrder | None = None
    total_per: TotalPer = TotalPer.ORDER
    note: str = ""


def decide_date_order(seen: Counter[DateOrder], ambiguous: Cell, name: str) -> Decided:
    """By the dates that can be read in one way only. Raises UnreadableFileError where all can be read in two."""
    if len(seen) == 1:
        (order,) = seen
        return Decided(date_order=order, note=f"dates are read with the {_DAY_OR_MONTH[order]} first")
    if ambiguous is None:
        return Decided()
    if seen:
        return Decided(note=f"dates have the day first and the month first: {ambiguous} and its like are refused")
    raise UnreadableFileError(
        f"{name}: {ambiguous} may be two days, and no other date decides: give --date-order dmy (day first) or "
        "--date-order mdy (month first)"
    )


def decide_decimal_mark(seen: Counter[DecimalMark], ambiguous: Cell, usual: str | None) -> Decided:
    """By the amounts that can be read in one way only; where there are none, as the brand usually writes them."""
    if len(seen) == 1:
        (mark,) = seen
        return Decided(mark, note="" if ambiguous is None else f"'{mark}' is read as the decimal mark of all amounts")
    if not seen and usual:
        return Decided(DecimalMark(usual))
    if ambiguous is None:
        return Decided()
    note = f"{ambiguous!r} may be two amounts, and no other one decides: its like stay unknown; give --decimal-mark"
    return Decided(note=note)


def decide_total_per(differing: int, equal: int) -> Decided:
    """By how many totals on neighbouring rows of an order differ, and are equal."""
    if differing > equal:
        note = "totals differ between rows of an order: they are added up (--total-per order: they are not)"
        return Decided(total_per=TotalPer.ROW, note=note)
    note = "a total on several rows of an order is the order's, once (--total-per row: added up)"
    return Decided(note=note if equal else "")
