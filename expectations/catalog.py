"""What the marts contain now, and the tables and columns that other packages need."""

from dataclasses import dataclass, field
from datetime import date

from perennial.as_of import snapshot_at
from perennial.database import Role, connect
from perennial.models import load_models
from perennial.stages import Stage
from perennial.tables import marts_label

FEATURES = "marts.customer_features"
KEY_COLUMNS = ("customer_id", "snapshot_on", "snapshot_at")
SAMPLE = 20_000

_KEYS: dict[str, tuple[str, ...]] = {
    "marts.customers": ("customer_id",),
    "marts.orders": ("order_key",),
    "marts.order_lines": ("order_line_id",),
    "marts.messages": ("message_id",),
    "marts.coupon_redemptions": ("message_id",),
    "marts.customer_stages": ("customer_id", "snapshot_on"),
    "marts.customer_features": ("customer_id", "snapshot_on"),
}

_REQUIRED: dict[str, tuple[str, ...]] = {
    "marts.days": ("day", "is_open", "count_orders", "usual_orders", "is_peak"),
    "marts.customers": ("customer_id", "first_seen_at", "last_order_at", "count_orders", "revenue", "lost_id_on"),
    "marts.orders": (
        *("order_key", "order_id", "shop", "customer_id", "message_id", "ordered_at", "revenue", "charges"),
        *("refunded", "net_revenue", "currency", "count_lines", "is_cancelled", "known_on"),
    ),
    "marts.order_lines": ("order_line_id", "order_key", "order_id", "ordered_at", "revenue"),
    "marts.messages": ("message_id", "customer_id", "occurred_at"),
    "marts.coupon_redemptions": ("message_id", "customer_id", "redeemed_at"),
    "marts.customer_stages": (*KEY_COLUMNS, "stage"),
    "marts.customer_features": (*KEY_COLUMNS, "stage", "count_orders", "revenue", "days_since_last_order"),
}

STAGES = ", ".join(f"'{stage}'" for stage in Stage)


@dataclass(frozen=True)
class Marts:
    """The marts as of a day: column types by table and column, and the number of customers."""

    as_of: date
    columns: dict[str, dict[str, str]] = field(repr=False)
    count_customers: int

    @property
    def is_complete(self) -> bool:
        required = required_columns().items()
        return all(column in self.columns.get(table, {}) for table, columns in required for column in columns)

    @property
    def features(self) -> list[str]:
        """Every feature, in the order of the table."""
        return [name for name in self.columns.get(FEATURES, {}) if name not in KEY_COLUMNS]

    @property
    def numeric_features(self) -> list[str]:
        types = self.columns.get(FEATURES, {})
        return [name for name in self.features if types[name] not in {"text", "character varying"}]

    @property
    def every(self) -> int:
        """Of large brands every n-th customer is enough to compare distributions: some 20,000."""
        return max(1, self.count_customers // SAMPLE)

    @property
    def as_of_at_sql(self) -> str:
        return f"timestamptz '{snapshot_at(self.as_of):%Y-%m-%d %H:%M:%S}+00'"

    @property
    def as_of_sql(self) -> str:
        return f"date '{self.as_of}'"


def key_columns() -> dict[str, tuple[str, ...]]:
    """The columns that identify the rows of each mart, the labels of every model among them."""
    return {**_KEYS, **{marts_label(model): ("customer_id", "snapshot_on") for model in load_models()}}


def required_columns() -> dict[str, tuple[str, ...]]:
    """The columns of each mart that others read."""
    return {**_REQUIRED, **{marts_label(name): label.columns for name, label in load_models().items()}}


def read_marts(as_of: date) -> Marts:
    """Read the catalog; a mart that does not exist has no columns."""
    query = (
        "select table_schema || '.' || table_name, column_name, data_type from information_schema.columns "
        "where table_schema = 'marts' order by table_name, ordinal_position"
    )
    columns: dict[str, dict[str, str]] = {}
    with connect(Role.READER) as connection:
        for table, column, data_type in connection.execute(query):
            columns.setdefault(str(table), {})[str(column)] = str(data_type)
        counted = connection.execute("select count(*) from marts.customers") if "marts.customers" in columns else None
        row = counted.fetchone() if counted else None
    return Marts(as_of, columns, int(row[0]) if row else 0)


def literal(text: str) -> str:
    """A name of the catalog as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name of the catalog as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literals(names: list[str]) -> str:
    return ", ".join(map(literal, names))
