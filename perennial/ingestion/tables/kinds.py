"""The kinds of tables there are: which columns each has, which rows of it belong together, what they state."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from perennial.ingestion.events.envelope import Event
from perennial.ingestion.tables.grouping import order_key
from perennial.ingestion.tables.orders import order_statements
from perennial.ingestion.tables.reading import CellReader
from perennial.ingestion.tables.roles import ORDER_ROLES, Meaning
from perennial.ingestion.tables.spill import Row
from perennial.ingestion.tables.statements import Stated


@dataclass(frozen=True)
class TableKind:
    """One kind of table. Of each of `required`, one of its roles must have a column."""

    name: str
    roles: tuple[Meaning, ...]
    required: tuple[tuple[str, ...], ...]
    key: Callable[[CellReader, Sequence[str], Row], str]
    state: Callable[[CellReader, Sequence[str], str, Iterable[Row]], Iterator[Stated]]

    def is_shown(self, event: Event) -> bool:
        """Whether an event is what the table is about, rather than what it says in passing."""
        return self.name != "orders" or event.type == "track"


ORDERS = TableKind(
    "orders", ORDER_ROLES, (("customer",), ("time",), ("total", "price", "line_total")), order_key, order_statements
)
