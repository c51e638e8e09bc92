"""Rows of one order as the events that they state."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from perennial.ingestion.events.issues import Issue, IssueKind
from perennial.ingestion.rejections import Rejection
from perennial.ingestion.reports import Reason
from perennial.ingestion.tables.grouping import ORDER, by_customer, order_number
from perennial.ingestion.tables.order_returns import OrderFacts, return_statements
from perennial.ingestion.tables.order_rows import OrderRow, first_text, read_order_row, split_returns
from perennial.ingestion.tables.people import Person, find_person
from perennial.ingestion.tables.reading import CellReader
from perennial.ingestion.tables.sales import sale_statements, stated_refund
from perennial.ingestion.tables.spill import Row
from perennial.ingestion.tables.statements import Stated, digest, row_payload
from perennial.lifecycle import load_lifecycle

MAX_ORDER_ROWS = 5_000


def order_statements(reader: CellReader, names: Sequence[str], key: str, rows: Iterable[Row]) -> Iterator[Stated]:
    """What the rows of a key state; of rows without an order number, each is an order of its own."""
    kind, _, row_digest = key.partition(" ")
    if kind != ORDER:
        for number, row in enumerate(rows, start=1):
            yield from _placeholder(reader, row)
            yield from _order(reader, names, [row], None, f"row-{row_digest}-{number}", digest(row_digest, number))
        return
    together = list(islice(rows, MAX_ORDER_ROWS + 1))
    first = together[0]
    if len(together) > MAX_ORDER_ROWS:
        yield Rejection(first.line, Reason.LONG_ORDER, row_payload(names, first.cells))
        return
    number_, shop = order_number(reader, first), reader.text(first.cells, "shop")
    for position, (customer, own) in enumerate(by_customer(reader, together)):
        # Two customers under one number are two orders.
        identity = digest(shop, number_, customer) if position else digest(shop, number_)
        yield from _order(reader, names, own, number_, number_ or "", identity)


def _order(
    reader: CellReader, names: Sequence[str], rows: list[Row], number: str | None, order_id: str, identity: str
) -> Iterator[Stated]:
    read = [read_order_row(reader, row) for row in rows]
    person = find_person(reader, read, identity)
    moment = next((row.moment for row in read if row.moment), None)
    if person is None or moment is None:
        yield Rejection(rows[0].line, _problem(reader, person, rows[0]), row_payload(names, rows[0].cells))
        return
    yield from person.statements(moment, rows[0].line)
    shop = reader.text(rows[0].cells, "shop")
    order = OrderFacts(number, identity, person, _currency(reader, read), {_shop_property(): shop} if shop else {})
    sales, returns = split_returns(read)
    refund = stated_refund(reader, sales)
    if sales:
        yield from sale_statements(reader, sales, order_id, order, refund)
    if returns and refund is not None and refund.value:
        detail = f"order {order_id}: what the column of refunds says counts, the rows of refunds do not"
        yield Issue(IssueKind.REFUND_STATED_TWICE, identity, detail, line=returns[0].line)
    else:
        yield from return_statements(reader, names, returns, order)


def _shop_property() -> str:
    return load_lifecycle().shop


def _problem(reader: CellReader, person: Person | None, row: Row) -> Reason:
    if person is None:
        return Reason.ROW_WITHOUT_CUSTOMER
    if reader.is_ambiguous_time(row.cells):
        return Reason.ROW_AT_TWO_TIMES
    return Reason.ROW_AT_NO_TIME if reader.text(row.cells, "time") else Reason.ROW_WITHOUT_TIME


def _currency(reader: CellReader, rows: Sequence[OrderRow]) -> str | None:
    written = next((row.total.currency for row in rows if row.total and row.total.currency), None)
    return first_text(reader, rows, "currency") or written or reader.options.currency


def _placeholder(reader: CellReader, row: Row) -> Iterator[Issue]:
    order, is_placeholder = reader.id(row.cells, "order")
    if is_placeholder and order:
        detail = f"{order!r} is no order number: each such row is an order of its own"
        yield Issue(IssueKind.PLACEHOLDER_ORDER, order, detail, line=row.line)
