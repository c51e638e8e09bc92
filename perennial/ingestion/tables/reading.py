"""Cells of a row as what they mean, by what a person said and the whole table decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import orjson

from perennial.ingestion.events.ids import id_text, read_id
from perennial.ingestion.tables.amounts import plain_number, read_amount
from perennial.ingestion.tables.columns import Columns
from perennial.ingestion.tables.options import Cell, Findings, TableOptions
from perennial.ingestion.tables.written_times import is_ambiguous_date, read_table_moment, with_clock

_TRUE = frozenset({
    "true", "yes", "y", "1", "t", "x", "ja", "j", "wahr", "oui", "vrai", "si", "s\u00ed", "on", "granted", "given",
    "subscribed", "opted in", "opt in", "optin", "accepted", "confirmed", "erteilt", "zugestimmt", "angemeldet",
    "double opt in",
})  # fmt: skip
_FALSE = frozenset({
    "false", "no", "n", "0", "f", "nein", "falsch", "non", "faux", "off", "revoked", "refused", "denied", "withdrawn",
    "unsubscribed", "not subscribed", "opted out", "opt out", "optout", "rejected", "pending", "never subscribed",
    "widerrufen", "abgelehnt", "abgemeldet", "redacted", "invalid", "cleaned",
})  # fmt: skip


class Money(NamedTuple):
    """An amount as a row states it: `value` is None where it cannot be read, and then goes on as its `text`."""

    value: Decimal | None
    text: str
    currency: str | None = None

    def written(self) -> Any:
        """As it stands in an event: a number in its digits, or the text for the warehouse to report."""
        return orjson.Fragment(plain_number(self.value)) if self.value is not None else self.text


@dataclass(frozen=True)
class CellReader:
    """Reads the cells of one table."""

    columns: Columns
    options: TableOptions
    findings: Findings
    ids_of_nobody: frozenset[str]

    def text(self, cells: Sequence[Cell], role: str) -> str | None:
        """What a cell says; None where it is empty or the table has no such column."""
        position = self.columns.position(role)
        cell = cells[position] if position is not None else None
        return None if cell is None else (id_text(cell) or str(cell))

    def id(self, cells: Sequence[Cell], role: str) -> tuple[str | None, bool]:
        """The id in a cell, and whether it names nobody. One that is too long is left as it is, to be refused."""
        text = self.text(cells, role)
        if text is None:
            return None, False
        if role in self.findings.float_ids:
            text = text.removesuffix(".0")
        try:
            found = read_id(text, self.ids_of_nobody)
        except ValueError:
            return text, False
        return (found.text, found.is_nobody) if found else (None, False)

    def money(self, cells: Sequence[Cell], role: str) -> Money | None:
        """The amount in a cell; None where it is empty.

        One written in another currency than the row's column names goes on as its text, for the warehouse to convert or
        to report: the column's currency would be false.
        """
        position = self.columns.position(role)
        cell = cells[position] if position is not None else None
        if cell is None:
            return None
        amount = read_amount(cell, self.findings.decimal_mark)
        if amount is None or self._is_foreign(cells, amount.currency):
            return Money(None, str(cell), amount.currency if amount else None)
        return Money(amount.value, str(cell), amount.currency)

    def _is_foreign(self, cells: Sequence[Cell], written: str | None) -> bool:
        stated = self.text(cells, "currency") if written else None
        return bool(stated) and str(stated).strip().upper() != written

    def moment(self, cells: Sequence[Cell], role: str = "time") -> datetime | None:
        """The moment in a cell, in UTC; None where it is empty or cannot be read."""
        cell = self._time(cells, role)
        return read_table_moment(cell, self.findings.date_order, self.options.time_zone)

    def is_ambiguous_time(self, cells: Sequence[Cell]) -> bool:
        return self.findings.date_order is None and is_ambiguous_date(self._time(cells, "time"))

    def _time(self, cells: Sequence[Cell], role: str) -> Cell:
        position = self.columns.position(role)
        if position is None:
            return None
        return with_clock(cells, position, self.columns.position("clock") if role == "time" else None)


def read_flag(text: str | None) -> bool | None:
    """What yes and no say, in the words of several languages and shops; None for anything else."""
    if text is None:
        return None
    folded = " ".join(text.casefold().replace("_", " ").replace("-", " ").split())
    return True if folded in _TRUE else False if folded in _FALSE else None
