"""Properties of events as columns of text, one row per event (see `columns`)."""

from collections.abc import Sequence

import numpy as np

from perennial.simulation.actions import CATEGORIES, CHANNEL_PURPOSES, INCENTIVES
from perennial.simulation.arrays import Ints
from perennial.simulation.baskets import PRODUCTS_PER_CATEGORY, Baskets
from perennial.simulation.columns import Bytes, chosen, money, number, zero_padded
from perennial.simulation.events import PER_DAY, Events

_NUMBER_WIDTH = 13
_DISCOUNTS = tuple(f"{incentive:.2f}" for incentive in INCENTIVES.tolist())
Parts = list[bytes | Bytes]


def about_message(events: Events) -> Parts:
    """Message, campaign, channel, hour, creative and incentive."""
    return [
        b',"properties":{"message_id":"m', zero_padded(events.number, _NUMBER_WIDTH),
        b'","campaign_id":"', zero_padded(events.number // PER_DAY, 4), b"-",
        chosen(events.channel, CHANNEL_PURPOSES), b"-", number(events.creative, 2),
        b'","channel":"', chosen(events.channel, CHANNEL_PURPOSES),
        b'","local_hour":', number(events.hour, 2),
        b',"creative":"', chosen(events.creative, CATEGORIES),
        b'","incentive":', chosen(events.incentive, _DISCOUNTS), b"}",
    ]  # fmt: skip


def viewed(events: Events) -> Parts:
    """Product and category of the page."""
    product = events.category.astype(np.int64) * PRODUCTS_PER_CATEGORY + events.row % PRODUCTS_PER_CATEGORY
    return [
        b',"properties":{"product_id":"p', zero_padded(product, 6), b'","category":"',
        chosen(events.category, CATEGORIES), b'"}',
    ]  # fmt: skip


def redeemed(events: Events) -> Parts:
    """The order and its discount, dollars."""
    return [
        b',"properties":{"coupon_id":"incentive","order_id":"o', zero_padded(events.number, _NUMBER_WIDTH),
        b'","discount":', money(events.coupon), b"}",
    ]  # fmt: skip


def paid(events: Events) -> Parts:
    """An order's number and amounts (dollars), up to the list of its products."""
    return [
        b',"properties":{"order_id":"o', zero_padded(events.number, _NUMBER_WIDTH), b'","total":', money(events.cents),
        b',"discount":', money(events.discount), b',"coupon_discount":', money(events.coupon),
        b',"currency":"USD","products":[',
    ]  # fmt: skip


def product_line(baskets: Baskets, orders: Ints, line: int) -> Sequence[bytes | Bytes]:
    """Product number `line` of each of the orders at the positions `orders`."""
    category, quantity = baskets.category[orders, line], baskets.quantity[orders, line]
    price = baskets.price[orders, line]
    product = category * PRODUCTS_PER_CATEGORY + baskets.product[orders, line]
    return [
        b',{"product_id":"p' if line else b'{"product_id":"p', zero_padded(product, 6),
        b'","category":"', chosen(category, CATEGORIES), b'","quantity":', zero_padded(quantity, 1),
        b',"price":', money(price), b',"total":', money(quantity * price), b"}",
    ]  # fmt: skip
