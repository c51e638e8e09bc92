"""The amounts of an order out of those of its rows: its total, what of it was refunded."""

from collections.abc import Sequence
from decimal import Decimal

from perennial.ingestion.tables.options import TotalPer
from perennial.ingestion.tables.order_rows import OrderRow
from perennial.ingestion.tables.reading import Money


def combine(stated: Sequence[Money], per: TotalPer) -> tuple[Money | None, bool]:
    """The amount that rows of one order state together, and whether they contradict each other.

    An amount per order is the one that they all state; where they differ it is unknown. Amounts per row are added up;
    one that cannot be read makes the sum unknown. None where no row states one.
    """
    if not stated:
        return None, False
    values = [money.value for money in stated]
    currency = next((money.currency for money in stated if money.currency), None)
    if per is TotalPer.ROW:
        known = [value for value in values if value is not None]
        if len(known) < len(values):
            return Money(None, " + ".join(money.text for money in stated), currency), False
        return Money(sum(known, Decimal(0)), stated[0].text, currency), False
    if len(set(values)) == 1 and (values[0] is not None or len({money.text for money in stated}) == 1):
        return stated[0], False
    return Money(None, " / ".join(dict.fromkeys(money.text for money in stated)), currency), True


def size(money: Money | None) -> Money | None:
    """An amount without its sign, which exports of refunds write either way."""
    if money is None or money.value is None:
        return money
    return money._replace(value=abs(money.value))


def refunded_amount(row: OrderRow) -> Money | None:
    """What a row takes back, without its sign; None where it does not say how much."""
    if row.total is not None:
        return size(row.total)
    return Money(abs(row.line_amount), str(row.line_amount)) if row.line_amount is not None else None
