"""The kinds of tables there are: which columns each has, which rows of it belong together, what they state."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from perennial.ingestion.events.envelope import Event
from perennial.ingestion.tables.consents import consent_statements
from perennial.ingestion.tables.customers import customer_key, customer_statements
from perennial.ingestion.tables.grouping import order_key, row_key
from perennial.ingestion.tables.orders import order_statements
from perennial.ingestion.tables.reading import CellReader
from perennial.ingestion.tables.roles import CONSENT, CONSENT_ROLES, CUSTOMER_ROLES, ORDER_ROLES, Meaning
from perennial.ingestion.tables.spill import Row
from perennial.ingestion.tables.statements import Stated


@dataclass(frozen=True)
class TableKind:
    """One kind of table. Of each of `required`, one of its roles must have a column.

    With `is_dated`, the moment of the table can stand for the time of its rows; with `has_traits`, every other column
    says something too.
    """

    name: str
    roles: tuple[Meaning, ...]
    required: tuple[tuple[str, ...], ...]
    key: Callable[[CellReader, Sequence[str], Row], str]
    state: Callable[[CellReader, Sequence[str], str, Iterable[Row]], Iterator[Stated]]
    is_dated: bool = False
    has_traits: bool = False

    def with_purposes(self, purposes: Iterable[str]) -> "TableKind":
        """The same kind with a column for each of these purposes."""
        own = tuple(f"{CONSENT}{purpose}" for purpose in purposes)
        required = tuple((*roles, *own) if {"granted", "purpose"} & {*roles} else roles for roles in self.required)
        return replace(self, roles=(*self.roles, *(Meaning(role, ()) for role in own)), required=required)

    def is_shown(self, event: Event) -> bool:
        """Whether an event is what the table is about, rather than what it says in passing."""
        return self.name != "orders" or event.type == "track"


ORDERS = TableKind(
    "orders", ORDER_ROLES, (("customer",), ("time",), ("total", "price", "line_total")), order_key, order_statements
)


def _own_key(_: CellReader, names: Sequence[str], row: Row) -> str:
    return row_key(names, row)


CUSTOMERS = TableKind(
    "customers",
    CUSTOMER_ROLES,
    (("customer",), ("time",)),
    customer_key,
    customer_statements,
    is_dated=True,
    has_traits=True,
)
CONSENTS = TableKind(
    "consents",
    CONSENT_ROLES,
    (("customer",), ("time",), ("granted",), ("purpose",)),
    _own_key,
    consent_statements,
    is_dated=True,
)
