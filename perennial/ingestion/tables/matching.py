"""Returns without an order number, to the sale that each most likely takes back: the customer's latest large enough."""

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import psycopg

from perennial.ingestion.events.issues import Issue, IssueKind
from perennial.ingestion.tables.amounts import plain_number
from perennial.ingestion.tables.statements import Stated, Statement

_CREATE = """
pragma journal_mode = off;
pragma temp_store = file;
create table sales (customer text, happened_at text, remaining real, order_id text primary key);
create index sales_by_customer on sales (customer, happened_at);
"""
_FIND = """
select order_id from sales
where customer = ? and happened_at <= ? and remaining >= ?
order by happened_at desc, order_id
limit 1
"""
_FIND_LOADED = """
select properties ->> 'order_id'
from raw.events
where
    user_id = %(customer)s
    and event = 'Order Completed'
    and properties ->> 'order_id' like 'row-%%'
    and occurred_at <= %(happened_at)s
    and case
        when jsonb_typeof(properties -> 'total') = 'number' then (properties ->> 'total')::numeric >= %(amount)s
    end
order by occurred_at desc, message_id
"""


class SaleFinder:
    """Remembers the sales of a table in a temporary file, and finds those that were taken back."""

    def __init__(self, connection: psycopg.Connection[Any] | None) -> None:
        self._connection = connection
        self._sales = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._sales.executescript(_CREATE)

    def match_all(self, stated: Iterable[Stated]) -> Iterator[Stated]:
        """The same, with every return without an order number behind the others, as a refund of its sale."""
        returns = []
        for each in stated:
            if not isinstance(each, Statement) or not _is_unnumbered(each):
                yield each
            elif each.message["event"] == "Order Completed":
                self._remember(each, each.unnumbered or Decimal(0))
                yield each
            else:
                returns.append(each)
        for statement in returns:
            yield from self._match(statement, statement.unnumbered)

    def _remember(self, statement: Statement, total: Decimal) -> None:
        at = statement.occurred_at.isoformat() if statement.occurred_at else ""
        row = (_customer(statement), at, float(total), statement.message["properties"]["order_id"])
        self._sales.execute("insert or ignore into sales values (?, ?, ?, ?)", row)

    def _match(self, statement: Statement, amount: Decimal | None) -> Iterator[Statement | Issue]:
        order_id = None
        if statement.occurred_at and amount is not None:
            order_id = self._find(_customer(statement), statement.occurred_at, amount)
        if order_id is None:
            detail = f"{plain_number(amount) if amount is not None else 'an unknown amount'} of {_customer(statement)}"
            yield Issue(IssueKind.UNMATCHED_RETURN, statement.series, detail, line=statement.line)
            yield statement
            return
        properties = statement.message["properties"] | {"order_id": order_id}
        yield statement._replace(message=statement.message | {"properties": properties})

    def close(self) -> None:
        """The temporary file is gone."""
        self._sales.close()

    def _find(self, customer: str, happened_at: datetime, amount: Decimal) -> str | None:
        key = (customer, happened_at.isoformat(), float(amount))
        if found := self._sales.execute(_FIND, key).fetchone():
            order_id = str(found[0])
            self._sales.execute(
                "update sales set remaining = remaining - ? where order_id = ?", (float(amount), order_id)
            )
            return order_id
        if self._connection is None:
            return None
        keys = {"customer": customer, "happened_at": happened_at, "amount": amount}
        loaded = self._connection.execute(_FIND_LOADED, keys)
        return next((str(order_id) for (order_id,) in loaded if not self._is_of_this_table(str(order_id))), None)

    def _is_of_this_table(self, order_id: str) -> bool:
        # What of this table is loaded already, before a kill or by an earlier run, must change nothing.
        return self._sales.execute("select 1 from sales where order_id = ?", (order_id,)).fetchone() is not None


def _customer(statement: Statement) -> str:
    return str(statement.message.get("userId") or statement.message.get("anonymousId"))


def _is_unnumbered(statement: Statement) -> bool:
    is_lost = statement.message.get("event") == "Order Refunded" and "order_id" not in statement.message["properties"]
    return is_lost or statement.unnumbered is not None
