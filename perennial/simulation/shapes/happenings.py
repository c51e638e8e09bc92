"""Everything that leaves an event: customers become known, look at products, order."""

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np

from perennial.simulation.actions import CATEGORIES
from perennial.simulation.arrays import Bools, Floats, Ints
from perennial.simulation.shapes.contracts import Brand

_DAY_MS, _HOUR_MS, _MINUTE_MS = 86_400_000, 3_600_000, 60_000
_FIRST_HOUR, _LAST_HOUR = 6.0, 22.0
_BEFORE_AN_ORDER = 0.8
_BROWSING = 0.8
"""Visits to be expected after an order or joining, within an own gap; they say nothing of the next order."""
_LONGEST_BROWSING = 60


class Kind(IntEnum):
    """What happened."""

    IDENTIFIED = 0
    VIEWED = 1
    ORDERED = 2


@dataclass(frozen=True)
class Happenings:
    """(events,) each, in the order of time. `at`: milliseconds since 1970, UTC; `row`: position within the day.

    `category`: index of `CATEGORIES`; `cents`: paid, 0 without an order; `is_logged_out`: carries no user id.
    """

    kind: Ints
    customer: Ints
    day: Ints
    at: Ints
    category: Ints
    cents: Ints
    is_logged_out: Bools
    row: Ints

    def __len__(self) -> int:
        return len(self.kind)

    def take(self, chosen: Ints) -> "Happenings":
        """Those at the positions `chosen`."""
        return Happenings(**{column.name: getattr(self, column.name)[chosen] for column in fields(self)})


def draw_happenings(brand: Brand) -> Happenings:
    """The brand's events, but those that an outage swallowed; the same whenever drawn."""
    random = np.random.default_rng([brand.seed, *b"happenings"])
    hour = random.uniform(_FIRST_HOUR + 2, _LAST_HOUR - 2, len(brand.customers))
    category = random.integers(0, len(CATEGORIES), len(brand.customers))
    visits, orders = _visits(brand, random), brand.orders
    identified = np.flatnonzero(~brand.customers.is_stranger)
    joined = _known_from(brand, brand.customers.joins_on[identified])
    ordered_at = _times(orders.day, hour[orders.customer], random)
    came_first = random.random(len(orders.day)) < _BEFORE_AN_ORDER
    visited_at = _times(visits[1], hour[visits[0]], random)
    minutes = random.integers(1, 40, came_first.sum()) * _MINUTE_MS
    kinds = (
        (Kind.IDENTIFIED, identified, joined * _DAY_MS + 5 * _HOUR_MS),
        (Kind.VIEWED, orders.customer[came_first], ordered_at[came_first] - minutes),
        (Kind.VIEWED, visits[0], visited_at),
        (Kind.ORDERED, orders.customer, ordered_at),
    )
    kind = np.concatenate([np.full(len(who), number) for number, who, _ in kinds])
    customer, at = (np.concatenate([part[column] for part in kinds]) for column in (1, 2))
    cents = np.concatenate([np.zeros(len(kind) - len(orders.cents), dtype=np.int64), orders.cents])
    is_first = np.concatenate([np.zeros(len(kind) - len(orders.number), dtype=bool), orders.number == 0])
    share = np.array([0.0, *brand.shape.share_logged_out])[kind]
    logged_out = (random.random(len(kind)) < share) & ~is_first | brand.customers.is_stranger[customer]
    return _in_order(brand, (kind, customer, at, category[customer], cents, logged_out))


def _visits(brand: Brand, random: np.random.Generator) -> tuple[Ints, Ints]:
    """Customers and days of the visits without an order: a stranger's first, and what follows an order or joining."""
    who, orders = brand.customers, brand.orders
    newcomers = np.flatnonzero(who.is_prospect)
    customer = np.concatenate([orders.customer, newcomers])
    day = np.concatenate([orders.day, who.joins_on[newcomers]])
    more = random.poisson(_BROWSING, len(customer))
    span = np.minimum(np.ceil(who.gap[customer]), _LONGEST_BROWSING)
    customer, day, span = (np.repeat(column, more) for column in (customer, day, span))
    day = day + 1 + (random.random(len(day)) * span).astype(np.int64)
    customer, day = np.concatenate([newcomers, customer]), np.concatenate([who.joins_on[newcomers], day])
    is_seen = (day < brand.days) & ~brand.clock.is_closed[np.minimum(day, brand.today)]
    return customer[is_seen], day[is_seen]


def _times(day: Ints, hour: Floats, random: np.random.Generator) -> Ints:
    # Within the same day: a renewal moves by hours, never by a day.
    at_hour = np.clip(hour + random.standard_normal(len(day)), _FIRST_HOUR, _LAST_HOUR)
    return day * _DAY_MS + (at_hour * _HOUR_MS).astype(np.int64)


def _known_from(brand: Brand, day: Ints) -> Ints:
    """The same day, or the first after the outage."""
    if brand.shape.outage_days is None:
        return day
    first, last = (brand.today - ago for ago in brand.shape.outage_days)
    return np.where((day >= first) & (day <= last), last + 1, day)


def _in_order(brand: Brand, columns: tuple[np.ndarray, ...]) -> Happenings:
    kind, customer, at, *more = columns
    day = at // _DAY_MS
    kept = np.flatnonzero(_known_from(brand, day) == day)
    kept = kept[np.lexsort((kind[kept], customer[kept], at[kept]))]
    day = day[kept]
    row = np.arange(len(day)) - np.searchsorted(day, day)
    beginning = int(np.datetime64(brand.clock.start, "ms").astype(np.int64))
    category, cents, logged_out = (column[kept] for column in more)
    return Happenings(kind[kept], customer[kept], day, at[kept] + beginning, category, cents, logged_out, row)
