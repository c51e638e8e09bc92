"""Rows that take back what an order sold, as refunds of it."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from perennial.ingestion.rejections import Rejection
from perennial.ingestion.reports import Reason
from perennial.ingestion.tables.options import TotalPer
from perennial.ingestion.tables.order_amounts import combine, refunded_amount
from perennial.ingestion.tables.order_rows import OrderRow
from perennial.ingestion.tables.people import Person
from perennial.ingestion.tables.reading import CellReader, Money
from perennial.ingestion.tables.statements import Statement, digest, iso, row_payload


class OrderFacts(NamedTuple):
    """What every event of an order states; `number` is None where its rows have none."""

    number: str | None
    identity: str
    person: Person
    currency: str | None
    shop: dict[str, str]


def return_statements(
    reader: CellReader, names: Sequence[str], returns: Sequence[OrderRow], order: OrderFacts
) -> Iterator[Statement | Rejection]:
    """A refund per return: per row, or per moment where the rows are lines that repeat the total of their return."""
    amounts = list(_amounts(returns, reader.findings.total_per))
    counts: dict[tuple[str, str], int] = {}
    for row, amount in amounts:
        if row.moment is None:
            yield Rejection(row.line, Reason.ROW_AT_NO_TIME, row_payload(names, row.row.cells))
            continue
        stated = (
            iso(row.moment),
            amount.text if amount and amount.value is None else str(amount.value if amount else None),
        )
        counts[stated] = counts.get(stated, 0) + 1
        properties = {
            "order_id": order.number,
            "total": amount.written() if amount else None,
            "currency": order.currency,
        }
        properties = {name: value for name, value in properties.items() if value is not None} | order.shop
        series = f"return{digest(order.identity, *stated, counts[stated])}"
        unnumbered = amount.value if amount and order.number is None else None
        message = order.person.message("Order Refunded", properties)
        yield Statement(row.line, series, message, row.moment, unnumbered=unnumbered)


def _amounts(returns: Sequence[OrderRow], per: TotalPer) -> Iterator[tuple[OrderRow, Money | None]]:
    if per is TotalPer.ROW or not any(row.product for row in returns):
        yield from ((row, refunded_amount(row)) for row in returns)
        return
    for _, group in groupby(returns, key=lambda row: row.moment):
        rows = list(group)
        stated = [amount for row in rows if row.total and (amount := refunded_amount(row))]
        lines = [amount for row in rows if not row.total and (amount := refunded_amount(row))]
        amount, is_contradicting = combine(stated, TotalPer.ORDER)
        if is_contradicting or not stated:
            amount, _ = combine(stated or lines, TotalPer.ROW)
        yield rows[0], amount
