"""Rows that sell, as the order that they are, what of it was refunded so far, and that it was cancelled."""

from collections.abc import Iterator, Sequence
from typing import Any

from perennial.ingestion.events.issues import Issue, IssueKind
from perennial.ingestion.tables.columns import fold_name
from perennial.ingestion.tables.options import TotalPer
from perennial.ingestion.tables.order_amounts import combine, size
from perennial.ingestion.tables.order_returns import OrderFacts
from perennial.ingestion.tables.order_rows import OrderRow, first_text
from perennial.ingestion.tables.reading import CellReader, Money, read_flag
from perennial.ingestion.tables.statements import Statement
from perennial.ingestion.tables.states import is_cancelled, is_partly_refunded, is_refunded


def sale_statements(
    reader: CellReader, rows: Sequence[OrderRow], order_id: str, order: OrderFacts, refund: Money | None
) -> Iterator[Statement | Issue]:
    """The order of `rows`, of which `refund` was paid back so far; None where they do not say.

    A refund that has a moment of its own is an update of that moment, else it stands on the order.
    """
    head = next((row for row in rows if row.moment), rows[0])
    status = fold_name(first_text(reader, rows, "status") or "")
    total, is_contradicting = combine([row.total for row in rows if row.total], reader.findings.total_per)
    series = f"order{order.identity}"
    if is_contradicting and total:
        yield Issue(IssueKind.CONFLICTING_TOTALS, series, f"order {order_id}: {total.text}", line=head.line)
    if (refund is None or refund.value == 0) and is_refunded(status):
        refund = size(total)
    if refund is None and is_partly_refunded(status):
        yield Issue(IssueKind.UNKNOWN_REFUND, series, f"order {order_id}: {status}", line=head.line)
    refunded_at = reader.moment(head.row.cells, "refunded_at") if refund is not None and refund.value != 0 else None
    properties = _properties(reader, rows, order, total) | {"order_id": order_id}
    if refund is not None and refunded_at is None:
        properties["refunded_total"] = refund.written()
    unnumbered = total.value if total and order.number is None else None
    message = order.person.message("Order Completed", properties)
    changed_at = max(filter(None, (reader.moment(row.row.cells, "updated_at") for row in rows)), default=None)
    yield Statement(
        head.line, series, message, head.moment, is_current=True, changed_at=changed_at, unnumbered=unnumbered
    )
    update: dict[str, Any] = {"order_id": order_id} | order.shop
    if refund is not None and refunded_at is not None:
        message = order.person.message("Order Updated", update | {"refunded_total": refund.written()})
        yield Statement(head.line, f"refund{order.identity}", message, refunded_at)
    if is_cancelled(status) or first_text(reader, rows, "cancelled_at"):
        message = order.person.message("Order Cancelled", update)
        yield Statement(head.line, f"cancel{order.identity}", message, reader.moment(head.row.cells, "cancelled_at"))


def stated_refund(reader: CellReader, rows: Sequence[OrderRow]) -> Money | None:
    """What columns say was refunded so far, without its sign; None where they say nothing."""
    return size(_combined(reader, rows, "refund"))


def _properties(reader: CellReader, rows: Sequence[OrderRow], order: OrderFacts, total: Money | None) -> dict[str, Any]:
    discount = _combined(reader, rows, "discount")
    stated = {
        "total": total.written() if total else None,
        "currency": order.currency,
        "discount": discount.written() if discount else None,
        "coupon": first_text(reader, rows, "coupon"),
        "store_id": first_text(reader, rows, "store"),
        "status": first_text(reader, rows, "status"),
        "test": read_flag(first_text(reader, rows, "test")) or None,
        "products": [_product(reader, row) for row in rows if row.product] or None,
    }
    return {name: value for name, value in stated.items() if value is not None} | order.shop


def _product(reader: CellReader, row: OrderRow) -> dict[str, Any]:
    if reader.findings.total_per is TotalPer.ROW and row.total and "total" not in row.product:
        return row.product | {"total": row.total.written()}
    return row.product


def _combined(reader: CellReader, rows: Sequence[OrderRow], role: str) -> Money | None:
    stated = [money for row in rows if (money := reader.money(row.row.cells, role))]
    return combine(stated, reader.findings.total_per)[0]
