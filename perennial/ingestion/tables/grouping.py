"""Which rows belong together: those of one order of one shop, and of these those of one customer."""

from collections.abc import Iterator, Sequence

from perennial.ingestion.tables.reading import CellReader
from perennial.ingestion.tables.spill import Row
from perennial.ingestion.tables.statements import digest

ROW, ORDER = "row", "order"


def row_key(names: Sequence[str], row: Row) -> str:
    """The key of a row that belongs to no other: all that it says, whatever the order of the columns."""
    pairs = sorted(zip(names, row.cells, strict=True), key=lambda pair: pair[0])
    return f"{ROW} {digest(*(part for pair in pairs if pair[1] is not None for part in pair))}"


def order_key(reader: CellReader, names: Sequence[str], row: Row) -> str:
    """The key of a row's order; without an order number, the row's own."""
    order = order_number(reader, row)
    return row_key(names, row) if order is None else f"{ORDER} {digest(reader.text(row.cells, 'shop'), order)}"


def order_number(reader: CellReader, row: Row) -> str | None:
    """The number of the order that a row is of, or takes back; None where it has none, or one of no order."""
    for role in ("original", "order"):
        number, is_placeholder = reader.id(row.cells, role)
        if number and not is_placeholder:
            return number
    return None


def by_customer(reader: CellReader, rows: Sequence[Row]) -> Iterator[tuple[str | None, list[Row]]]:
    """The rows of each customer; a row without one is of the customer before it, or of the first."""
    found: dict[str | None, list[Row]] = {}
    newest: str | None = None
    for row in rows:
        customer = customer_of(reader, row)
        if customer and newest is None and None in found:
            found = {customer: found[None]}
        newest = customer or newest
        found.setdefault(newest, []).append(row)
    yield from found.items()


def customer_of(reader: CellReader, row: Row) -> str | None:
    """The customer whom a row names; one who is an address is that address in small letters."""
    customer, is_nobody = reader.id(row.cells, "customer")
    if customer is None or is_nobody:
        return None
    is_address = reader.columns.position("customer") == reader.columns.position("email")
    return customer.lower() if is_address else customer
