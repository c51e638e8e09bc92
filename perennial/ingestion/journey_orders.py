"""Complete Journey's transactions as "Order Completed" events, a few thousand baskets at a time."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from perennial.ingestion.journey_shapes import in_rows, track

BASKETS_AT_ONCE = 4_000
CURRENCY = "USD"

Numbers = np.ndarray[Any, Any]
Facts = tuple[str, str | None, str | None, str | None]
"""A product's id, brand, category and department."""


def order_events(transactions: pd.DataFrame, products: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """One event per basket; the rows of a basket are adjacent in `transactions`."""
    facts = _facts(products, transactions["product_id"])
    baskets = transactions["basket_id"].to_numpy()
    bounds = np.flatnonzero(np.r_[True, baskets[1:] != baskets[:-1], True])
    for first in range(0, len(bounds) - 1, BASKETS_AT_ONCE):
        some = bounds[first : first + BASKETS_AT_ONCE + 1]
        yield from _orders(transactions.iloc[some[0] : some[-1]], some - some[0], facts)


def _orders(lines: pd.DataFrame, bounds: Numbers, facts: dict[int, Facts]) -> Iterator[dict[str, Any]]:
    cents = _cents(lines)
    sums = ((np.add.reduceat(values, bounds[:-1]) / 100).tolist() for values in cents.values())
    products = list(_products(lines, cents, facts))
    baskets = (products[start:end] for start, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True))
    heads = lines.iloc[bounds[:-1]]
    rows = in_rows(heads, "household_id", "basket_id", "store_id", time="transaction_timestamp")
    for (household, basket, store, timestamp), *amounts, bought in zip(rows, *sums, baskets, strict=True):
        total, discount, coupon_discount = amounts
        properties = {
            "order_id": str(basket),
            "total": total,
            "discount": discount,
            "coupon_discount": coupon_discount,
            "currency": CURRENCY,
            "store_id": str(store),
            "products": bought,
        }
        yield track("Order Completed", f"cj-order-{basket}", household, timestamp, properties)


def _products(lines: pd.DataFrame, cents: dict[str, Numbers], facts: dict[int, Facts]) -> Iterator[dict[str, Any]]:
    quantity = lines["quantity"].to_numpy()
    price = np.round(cents["total"] / 100 / np.maximum(quantity, 1), 4)
    known = map(facts.__getitem__, lines["product_id"].tolist())
    columns = (column.tolist() for column in (quantity, price, *(values / 100 for values in cents.values())))
    for (product_id, brand, category, department), *numbers in zip(known, *columns, strict=True):
        count, unit_price, total, discount, coupon_discount = numbers
        product = {
            "product_id": product_id,
            "brand": brand,
            "category": category,
            "department": department,
            "quantity": count,
            "price": unit_price,
            "total": total,
        }
        # Most lines have neither: written only where there is one, the year is a sixth shorter.
        if discount:
            product["discount"] = discount
        if coupon_discount:
            product["coupon_discount"] = coupon_discount
        yield product


def _cents(lines: pd.DataFrame) -> dict[str, Numbers]:
    # Sums are taken in whole cents: the data's own amounts are exact, floating sums of them are not.
    amounts = {
        "total": lines["sales_value"],
        "discount": lines["retail_disc"],
        "coupon_discount": lines["coupon_disc"] + lines["coupon_match_disc"],
    }
    return {name: np.rint(values.to_numpy() * 100).astype(np.int64) for name, values in amounts.items()}


def _facts(products: pd.DataFrame, bought: pd.Series) -> dict[int, Facts]:
    # Some products were sold that the product table does not describe.
    facts: dict[int, Facts] = {product: (str(product), None, None, None) for product in bought.unique().tolist()}
    columns = (products[name].tolist() for name in ("product_id", "brand", "product_category", "department"))
    facts.update((product, (str(product), *described)) for product, *described in zip(*columns, strict=True))
    return facts
