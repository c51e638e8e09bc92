"""What could not be used of accepted events, one line per kind, for those who read a result.

Ingestion reports what it left out of an event (`raw.data_issues`), the warehouse what it made of the others
(`marts.data_issues`, built by dbt): an amount that is unknown, an order claimed by two customers.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import psycopg
from psycopg.rows import class_row

from perennial.tables import MARTS_DATA_ISSUES, RAW_DATA_ISSUES

ADVICE: Mapping[str, str] = {
    "message id reused with other content": "Give each event a messageId of its own and send the second one again; "
    "its content is in the payload.",
    "anonymous id of nobody dropped": "The event counts for its user. "
    "Let the sender leave anonymousId out where it knows none.",
    "user id of nobody dropped": "The event counts for its device. "
    "Let the sender leave userId out where nobody is logged in.",
    "alias to itself": "It joined nobody: previousId is the id before the new one.",
    "unknown consent purpose": "No consent was recorded for it: mend its spelling, or add it to channels in "
    "lifecycle.yml and ingest again.",
    "shared by too many ids": "It ties nobody. Let the sender leave a placeholder out where it knows no address.",
    "rows of an order with different totals": "The order counts with an unknown amount. "
    "Mend the rows, or ingest them with --total-per row to add them up.",
    "partial refund of an unknown amount": "Nothing was taken off. "
    "Name the column of refunds (--refund), or load the returns.",
    "refund in a column and in a row": "What the column says counts. Leave one of the two out.",
    "return without a sale": "It is loaded as it stands. Load the file with its sale, or give it the order's number.",
    "order number of no order": "Each such row is an order of its own. Give real orders their numbers.",
    "file not read": "Mend it as its detail says and put it into inbox/ again.",
    "amount that cannot be read": "Its order counts with an unknown amount: mend the sender, or set decimal_mark or "
    "largest_amount in lifecycle.yml.",
    "amount in another currency": "Its order counts with an unknown amount: give its rate in lifecycle.yml "
    "(exchange_rates: {EUR: 1.08}).",
    "refund in another currency": "Nothing was taken off its order: give its rate in lifecycle.yml (exchange_rates).",
    "order without an amount": "It counts with an unknown amount: let the sender state total, or prices of its lines.",
    "line without a usable amount": "Unless its order states a total, that is unknown too: let the sender give "
    "each product a price and a quantity.",
    "product that is no line": "It is left out: a product is an object with product_id, price and quantity.",
    "order event without its shop": "Which shop's order it is about is a guess: "
    "let the sender name the shop on every event.",
    "test order left out": "Nothing, if it is one; else let the sender leave the property test out.",
    "ids that differ by case": "They are customers of their own. If they are one person, send an alias.",
    "opened by a machine": "Nothing: mail programs and proxies open messages by themselves.",
    "visit of a crawler": "Nothing: crawlers are no customers.",
    "order number of several customers": "Each has an order of their own. Where shops share numbers, name the property "
    "that tells them apart in lifecycle.yml (shop).",
    "order-like event that is not read": "If it is one, say so in lifecycle.yml (event_names: {NAME: Order Updated}).",
    "currency chosen from the orders": "Write it into lifecycle.yml (currency) to settle it.",
    "event before the history begins": "If that day is right, set history_starts_on in lifecycle.yml.",
    "refund or change without its order": "It counts for nothing until the order comes: ingest the orders before it.",
}
"""What to do about each kind; a kind that is not here is answered with where its rows are."""


@dataclass(frozen=True)
class DataIssueCount:
    """A kind of data issue: how many there are in `table`; `subject` and `detail` are of the newest."""

    table: str
    kind: str
    count: int
    subject: str | None
    detail: str

    @property
    def advice(self) -> str:
        """What to do, in a sentence."""
        return ADVICE.get(self.kind, f"See them in {self.table}, whose source and message_id say where each came from.")

    @property
    def words(self) -> str:
        """All of it in one line."""
        example = f"{self.subject}: {self.detail}" if self.subject else self.detail
        return f"{self.count:,} x {self.kind} (the newest: {example}). {self.advice}"

    def to_dict(self) -> dict[str, Any]:
        """As plain data, with the advice."""
        return {**asdict(self), "advice": self.advice}


def read_data_issues(connection: psycopg.Connection[Any]) -> list[DataIssueCount]:
    """A line for each kind: ingestion's first, then the warehouse's once dbt has built them; the commonest first."""
    with connection.cursor(row_factory=class_row(DataIssueCount)) as cursor:
        ingested = cursor.execute(_RAW_SQL).fetchall()
        is_built = connection.execute("select to_regclass(%s)", [MARTS_DATA_ISSUES]).fetchone() != (None,)
        return ingested + (cursor.execute(_MARTS_SQL).fetchall() if is_built else [])


def _counted(table: str, subject: str, newest_first: str) -> str:
    return f"""
        select '{table}' as table, kind, count, subject, detail
        from (
            select
                kind,
                {subject} as subject,
                detail,
                count(*) over (partition by kind) as count,
                row_number() over (partition by kind order by {newest_first}) as place
            from {table}
        ) as placed
        where place = 1
        order by count desc, kind
    """


_RAW_SQL = _counted(RAW_DATA_ISSUES, "coalesce(message_id, source)", "issue_id desc")
_MARTS_SQL = _counted(MARTS_DATA_ISSUES, "subject", "occurred_at desc nulls last, subject")
