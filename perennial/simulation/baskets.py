"""What was in a basket: the lines of an order, a function of its number and the market's seed.

No stream of random numbers is used, so that an order's lines are the same in whichever block of a file it is written.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from perennial.simulation.actions import CATEGORIES
from perennial.simulation.arrays import Floats, Ints
from perennial.simulation.events import Events
from perennial.simulation.people import People

MOST_LINES = 6
PRODUCTS_PER_CATEGORY = 200
MOST_PIECES = 3


@dataclass(frozen=True)
class Baskets:
    """`count`: (orders,) how many lines; the others: (orders, MOST_LINES), of which the first `count` are used.

    `price` in cents. The totals of an order's lines, `quantity` x `price`, add up to what was paid.
    """

    count: Ints
    category: Ints
    product: Ints
    quantity: Ints
    price: Ints


def fill_baskets(orders: Events, people: People, seed: int) -> Baskets:
    """The baskets of `orders` (events of topic ORDERED), one row per order."""
    uniforms = [_hashed_uniforms(orders, seed, draw) for draw in range(4)]
    most = np.minimum(MOST_LINES, np.maximum(orders.cents, 1))
    count = np.minimum(1 + (uniforms[0][:, 0] ** 1.5 * MOST_LINES).astype(np.int64), most)
    is_used = np.arange(MOST_LINES) < count[:, None]
    is_favourite = uniforms[1] < people.loyalty[orders.customer][:, None]
    any_category = (uniforms[2] * len(CATEGORIES)).astype(np.int64)
    category = np.where(is_favourite, people.favourite[orders.customer][:, None], any_category)
    shares = is_used * (0.2 + uniforms[3])
    # Whole cents: every line but the last takes its share rounded down, the last one the remainder.
    upto = np.floor(orders.cents[:, None] * np.cumsum(shares, axis=1) / shares.sum(axis=1, keepdims=True) + 1e-9)
    upto[np.arange(len(orders)), count - 1] = orders.cents
    lines: Ints = upto.astype(np.int64)
    lines[:, 1:] -= lines[:, :-1].copy()
    wanted = 1 + (uniforms[2] * 1000 % 1 * MOST_PIECES).astype(np.int64)
    quantity = np.where((lines % wanted == 0) & (lines > 0), wanted, 1)
    product = (uniforms[0] * uniforms[1] * PRODUCTS_PER_CATEGORY).astype(np.int64)
    return Baskets(count, category, product, quantity, lines // quantity)


def _hashed_uniforms(orders: Events, seed: int, draw: int) -> Floats:
    """(orders, MOST_LINES) from 0 to below 1: SplitMix64 of seed, order, draw and line (Steele, Lea & Flood 2014)."""
    line = np.arange(MOST_LINES, dtype=np.uint64) + np.uint64(MOST_LINES * (draw + 4 * seed))
    mixed = orders.number.astype(np.uint64)[:, None] * np.uint64(0x9E3779B97F4A7C15) + line * np.uint64(
        0xD1342543DE82EF95
    )
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    bits: npt.NDArray[np.uint64] = (mixed ^ (mixed >> np.uint64(31))) >> np.uint64(11)
    return bits.astype(np.float64) * 2.0**-53
