"""Rows of orders, read: who, when, how much, and whether they sell or take back."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from perennial.ingestion.tables.columns import fold_name
from perennial.ingestion.tables.grouping import customer_of
from perennial.ingestion.tables.reading import CellReader, Money
from perennial.ingestion.tables.spill import Row
from perennial.ingestion.tables.states import is_return

_LINE_ROLES = ("product_id", "product", "quantity", "price", "line_total")


class OrderRow(NamedTuple):
    """A row of orders; None for what it does not state. `customer` names somebody."""

    row: Row
    customer: str | None
    moment: datetime | None
    total: Money | None
    line_amount: Decimal | None
    quantity: Money | None
    is_return_by_kind: bool
    product: dict[str, Any]

    @property
    def line(self) -> int:
        return self.row.line


def read_order_row(reader: CellReader, row: Row) -> OrderRow:
    """What a row states."""
    quantity, price = reader.money(row.cells, "quantity"), reader.money(row.cells, "price")
    line_total = reader.money(row.cells, "line_total")
    kind = reader.text(row.cells, "kind")
    return OrderRow(
        row,
        customer_of(reader, row),
        reader.moment(row.cells),
        reader.money(row.cells, "total"),
        _line_amount(quantity, price, line_total),
        quantity,
        kind is not None and is_return(fold_name(kind)),
        _product(reader, row, quantity, price, line_total),
    )


def first_text(reader: CellReader, rows: Sequence[OrderRow], role: str) -> str | None:
    """What the first of rows that says anything says."""
    return next((text for row in rows if (text := reader.text(row.row.cells, role))), None)


def split_returns(rows: Sequence[OrderRow]) -> tuple[list[OrderRow], list[OrderRow]]:
    """The rows of an order that sell, and those that take back: by their kind or by their sign.

    A line of a negative quantity in an order whose total stands on another row is a part of that order.
    """
    states_totals = [row.total is not None for row in rows]
    returns = [
        row for row in rows if row.is_return_by_kind or _is_negative(row, any(states_totals), all(states_totals))
    ]
    return [row for row in rows if row not in returns], returns


def _is_negative(row: OrderRow, has_totals: bool, has_all_totals: bool) -> bool:
    if row.total is not None:
        is_taken_back = row.quantity is not None and row.quantity.value is not None and row.quantity.value < 0
        return (row.total.value is not None and row.total.value < 0) or (is_taken_back and has_all_totals)
    return not has_totals and row.line_amount is not None and row.line_amount < 0


def _line_amount(quantity: Money | None, price: Money | None, total: Money | None) -> Decimal | None:
    if total is not None:
        return total.value
    if price is None or price.value is None or (quantity is not None and quantity.value is None):
        return None
    return price.value * (quantity.value if quantity and quantity.value is not None else 1)


def _product(
    reader: CellReader, row: Row, quantity: Money | None, price: Money | None, line_total: Money | None
) -> dict[str, Any]:
    """A row's line of an order; empty where it is none."""
    if not any(reader.text(row.cells, role) for role in _LINE_ROLES):
        return {}
    amounts = {
        "quantity": quantity,
        "price": price,
        "total": line_total,
        "discount": reader.money(row.cells, "line_discount"),
    }
    texts = {"product_id": reader.text(row.cells, "product_id"), "name": reader.text(row.cells, "product")}
    product: dict[str, Any] = {name: text for name, text in texts.items() if text is not None}
    return product | {name: amount.written() for name, amount in amounts.items() if amount is not None}
