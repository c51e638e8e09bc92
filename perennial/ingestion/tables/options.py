"""What a person says about a table beside its columns, and what was found out about it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from enum import StrEnum

Cell = str | int | float | None
"""A value of a row; None where it is empty. A number is one of Parquet's: text may be one too."""


class DecimalMark(StrEnum):
    """What stands before the decimals of an amount."""

    POINT = "."
    COMMA = ","


class DateOrder(StrEnum):
    """What stands first in a date such as 03/04/2026."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


class TotalPer(StrEnum):
    """Whether a total stands for its whole order, on one of its rows or on each, or for its row alone."""

    ORDER = "order"
    ROW = "row"


@dataclass(frozen=True)
class TableOptions:
    """How a table is read; what is None is found out from the table itself.

    `time_zone` is that of moments which name none. `as_of` is the moment at which the table was exported: what it says
    anew of something known happened by then; None is the newest moment in it. With `allows_guests`, an order of nobody
    known is a guest's. `currency` is that of amounts whose row names none. With `keeps_ids`, an id
    such as 501.0 is text that somebody wrote so.
    """

    delimiter: str | None = None
    encoding: str | None = None
    decimal_mark: DecimalMark | None = None
    date_order: DateOrder | None = None
    total_per: TotalPer | None = None
    time_zone: tzinfo = UTC
    as_of: datetime | None = None
    allows_guests: bool = False
    currency: str | None = None
    keeps_ids: bool = False


@dataclass(frozen=True)
class Findings:
    """What the whole of a table decided: the same for every row of it.

    `as_of` is None where no row holds a usable moment. Ids of the roles in `float_ids` all end in ".0", which is none
    of theirs.
    """

    count_rows: int = 0
    decimal_mark: DecimalMark | None = None
    date_order: DateOrder | None = None
    total_per: TotalPer = TotalPer.ORDER
    as_of: datetime | None = None
    float_ids: frozenset[str] = frozenset()
    notes: tuple[str, ...] = field(default=())
