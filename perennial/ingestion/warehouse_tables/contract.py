"""The contract of a table in the warehouse: its columns, what each means, and the type that it has."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from perennial.ingestion.tables.columns import Column, Columns
from perennial.ingestion.tables.kinds import CONSENTS, CUSTOMERS, ORDERS, TableKind
from perennial.ingestion.tables.roles import REFUSAL

CHANGED = "updated_at"


class Type(StrEnum):
    """What a column must hold, by the type that mends it."""

    ID = "text"
    TEXT = "text"
    FLAG = "boolean"
    AMOUNT = "numeric"
    MOMENT = "timestamptz"


# PostgreSQL's names of the types that will do.
ALLOWED = {
    Type.TEXT: frozenset({"text", "varchar", "bpchar", "uuid", "int2", "int4", "int8"}),
    Type.FLAG: frozenset({"bool", "text", "varchar"}),
    Type.AMOUNT: frozenset({"numeric", "float4", "float8", "int2", "int4", "int8"}),
    Type.MOMENT: frozenset({"timestamptz", "timestamp", "date"}),
}


class ContractColumn(NamedTuple):
    """A column by its name; `role` is what it means (`tables.roles`), "" for what says only when its row changed."""

    name: str
    type: Type
    role: str
    is_required: bool = False


class TableContract(NamedTuple):
    """Which columns a table of a kind has; the rows of one `together` are read again when one of them changed."""

    kind: TableKind
    columns: tuple[ContractColumn, ...]
    together: str | None = None

    def columns_of(self, names: Sequence[str]) -> Columns:
        """The columns of a table that the contract gives a meaning, and the names of the others."""
        known = {column.name: column for column in self.columns}
        read = [
            Column(known[name].role, name, position, is_guessed=False)
            for position, name in enumerate(names)
            if name in known and known[name].role
        ]
        return Columns(tuple(read), tuple(name for name in names if name not in known))


_CUSTOMER = ContractColumn("customer_id", Type.TEXT, "customer", is_required=True)
_EMAIL = ContractColumn("email", Type.TEXT, "email")
_PHONE = ContractColumn("phone", Type.TEXT, "phone")

CONTRACTS = {
    "customers": TableContract(
        CUSTOMERS,
        (
            _CUSTOMER,
            ContractColumn(CHANGED, Type.MOMENT, "time", is_required=True),
            _EMAIL,
            _PHONE,
            ContractColumn("accepts_email_marketing", Type.FLAG, f"{REFUSAL}email"),
            ContractColumn("accepts_sms_marketing", Type.FLAG, f"{REFUSAL}sms"),
        ),
    ),
    "consents": TableContract(
        CONSENTS,
        (
            _CUSTOMER,
            ContractColumn("purpose", Type.TEXT, "purpose", is_required=True),
            ContractColumn("granted", Type.FLAG, "granted", is_required=True),
            ContractColumn("consented_at", Type.MOMENT, "time", is_required=True),
            ContractColumn(CHANGED, Type.MOMENT, "", is_required=True),
        ),
    ),
    "orders": TableContract(
        ORDERS,
        (
            ContractColumn("order_id", Type.TEXT, "order", is_required=True),
            _CUSTOMER,
            ContractColumn("ordered_at", Type.MOMENT, "time", is_required=True),
            ContractColumn("total", Type.AMOUNT, "total", is_required=True),
            ContractColumn(CHANGED, Type.MOMENT, "updated_at", is_required=True),
            ContractColumn("currency", Type.TEXT, "currency"),
            ContractColumn("refunded_total", Type.AMOUNT, "refund"),
            ContractColumn("refunded_at", Type.MOMENT, "refunded_at"),
            ContractColumn("status", Type.TEXT, "status"),
            ContractColumn("cancelled_at", Type.MOMENT, "cancelled_at"),
            _EMAIL,
            _PHONE,
            ContractColumn("shop", Type.TEXT, "shop"),
            ContractColumn("store", Type.TEXT, "store"),
            ContractColumn("discount", Type.AMOUNT, "discount"),
            ContractColumn("coupon", Type.TEXT, "coupon"),
            ContractColumn("test", Type.FLAG, "test"),
            ContractColumn("product_id", Type.TEXT, "product_id"),
            ContractColumn("product", Type.TEXT, "product"),
            ContractColumn("quantity", Type.AMOUNT, "quantity"),
            ContractColumn("price", Type.AMOUNT, "price"),
            ContractColumn("line_total", Type.AMOUNT, "line_total"),
            ContractColumn("line_discount", Type.AMOUNT, "line_discount"),
        ),
        together="order_id",
    ),
}
