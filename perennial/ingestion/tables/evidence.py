"""What the rows of a table say together about how each of them is to be read."""

import re
from collections import Counter
from datetime import UTC, datetime

from perennial.ingestion.events.times import CLOCK_TOLERANCE
from perennial.ingestion.tables.amounts import decimal_mark_of, is_ambiguous
from perennial.ingestion.tables.columns import Columns, fold_name
from perennial.ingestion.tables.decisions import (
    Decided,
    decide_date_order,
    decide_decimal_mark,
    decide_total_per,
)
from perennial.ingestion.tables.grouping import ORDER
from perennial.ingestion.tables.options import Cell, DateOrder, DecimalMark, Findings, TableOptions
from perennial.ingestion.tables.states import is_return
from perennial.ingestion.tables.written_times import date_order_of, is_ambiguous_date, read_table_moment, with_clock
from perennial.lifecycle import load_lifecycle

_AMOUNTS = ("total", "refund", "price", "line_total", "discount", "line_discount")
_TIMES = ("time", "updated_at", "refunded_at", "cancelled_at")
_IDS = ("customer", "order", "original")
# What pandas makes of whole numbers in a column with gaps.
_FLOAT_ID = re.compile(r"\d+\.0")


class RowEvidence:
    """Gathers from every row, then decides; what a person said goes before it."""

    def __init__(self, columns: Columns, options: TableOptions) -> None:
        self._options = options
        self._amounts = _positions(columns, _AMOUNTS)
        self._times = _positions(columns, _TIMES)
        self._clock = columns.position("clock")
        self._ids = {role: position for role in _IDS if (position := columns.position(role)) is not None}
        self._kind = columns.position("kind")
        self._total = columns.position("total")
        self._marks: Counter[DecimalMark] = Counter()
        self._orders: Counter[DateOrder] = Counter()
        self._totals: Counter[bool] = Counter()
        self._other_ids: set[str] = set()
        self._count = 0
        self._ambiguous_amount: Cell = None
        self._ambiguous_date: Cell = None
        self._newest: dict[DateOrder, datetime] = {}
        self._latest_allowed = datetime.now(UTC) + CLOCK_TOLERANCE
        self._before: tuple[str, Cell] | None = None

    def add(self, key: str, cells: list[Cell]) -> None:
        """Take in a row of the order `key`."""
        self._count += 1
        for position in self._amounts:
            self._add_amount(cells[position])
        for place, position in enumerate(self._times):
            self._add_time(with_clock(cells, position, self._clock if place == 0 else None))
        for role, position in self._ids.items():
            if role not in self._other_ids and not _could_be_float(cells[position]):
                self._other_ids.add(role)
        if self._total is not None and key.startswith(ORDER) and not self._is_return(cells):
            self._compare_totals(key, cells[self._total])

    def decide(self, name: str) -> Findings:
        """What holds for every row. Raises UnreadableFileError where dates are ambiguous throughout."""
        options, usual = self._options, load_lifecycle().decimal_mark
        dates = Decided(date_order=options.date_order)
        if options.date_order is None:
            dates = decide_date_order(self._orders, self._ambiguous_date, name)
        marks = Decided(options.decimal_mark)
        if options.decimal_mark is None:
            marks = decide_decimal_mark(self._marks, self._ambiguous_amount, usual)
        totals = decide_total_per(self._totals[True], self._totals[False])
        if options.total_per is not None:
            totals = Decided(total_per=options.total_per)
        floats = frozenset[str]()
        if self._count and not options.keeps_ids:
            floats = frozenset(role for role in self._ids if role not in self._other_ids)
        notes = [decided.note for decided in (dates, marks, totals) if decided.note]
        if floats:
            notes.append(f"ids such as 501.0 are read as 501 ({', '.join(sorted(floats))})")
        as_of = options.as_of or self._newest.get(dates.date_order or DateOrder.DAY_FIRST)
        return Findings(self._count, marks.mark, dates.date_order, totals.total_per, as_of, floats, tuple(notes))

    def _add_amount(self, cell: Cell) -> None:
        if not isinstance(cell, str):
            return
        if mark := decimal_mark_of(cell):
            self._marks[mark] += 1
        elif self._ambiguous_amount is None and is_ambiguous(cell):
            self._ambiguous_amount = cell

    def _add_time(self, cell: Cell) -> None:
        if cell is None:
            return
        if order := date_order_of(cell):
            self._orders[order] += 1
        is_ambiguous_cell = is_ambiguous_date(cell)
        if is_ambiguous_cell and self._ambiguous_date is None:
            self._ambiguous_date = cell
        moment = None
        for each in DateOrder:
            if moment is None or is_ambiguous_cell:
                moment = read_table_moment(cell, each, self._options.time_zone)
            if (
                moment
                and moment <= self._latest_allowed
                and moment > self._newest.get(each, datetime.min.replace(tzinfo=UTC))
            ):
                self._newest[each] = moment

    def _is_return(self, cells: list[Cell]) -> bool:
        kind = cells[self._kind] if self._kind is not None else None
        return kind is not None and is_return(fold_name(str(kind)))

    def _compare_totals(self, key: str, total: Cell) -> None:
        is_sale = total is not None and not str(total).startswith(("-", "(", "\u2212"))
        if is_sale and self._before and self._before[0] == key:
            self._totals[self._before[1] != total] += 1
        if is_sale:
            self._before = key, total


def _positions(columns: Columns, roles: tuple[str, ...]) -> list[int]:
    return [position for role in roles if (position := columns.position(role)) is not None]


def _could_be_float(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and bool(_FLOAT_ID.fullmatch(cell)))
