"""A brand of a shape, drawn from a seed: who its customers are and when they order."""

from datetime import date

import numpy as np

from perennial.simulation.arrays import Bools, Floats, Ints
from perennial.simulation.events import PER_DAY
from perennial.simulation.shapes.clock import Clock, clock_of
from perennial.simulation.shapes.contracts import EXACT, Brand, Customers, OrderState, PlacedOrders, Shape
from perennial.simulation.shapes.gaps import earliest, gaps_after

_VALUE, _VALUE_SIGMA, _ORDER_SIGMA = 40.0, 0.4, 0.3
"""Median over customers of an order's mean (dollars); standard deviations of the log, between and within customers."""
_FUTURE_GAPS = 3
_FUTURE_DAYS = 400
_PEAK_WINDOW = 28


def draw_brand(shape: Shape, *, customers: int, days: int, start: date, seed: int = 0) -> Brand:
    """`customers` of the shape, observed for `days` days from `start`; the same arguments give the same brand.

    Raises ValueError for fewer than one customer, or for a history that is too short to have the shape in it.
    """
    if not 1 <= customers < PER_DAY:
        raise ValueError(f"a brand has at least 1 customer and fewer than {PER_DAY:,}, not {customers}")
    if days < shape.min_days:
        raise ValueError(f"{shape.name} needs {shape.min_days} days at least, to have its shape in them, not {days}")
    future = _FUTURE_DAYS + int(_FUTURE_GAPS * shape.gap_days)
    clock = clock_of(start, days + future, shape.closures, shape.season)
    who = _draw_customers(shape, clock, customers, days, _random(seed, "customers"))
    orders, state = _draw_orders(shape, clock, who, days, _random(seed, "orders"))
    if shape.peak_days_ago is not None:
        who = _with_peak(shape, who, orders, days - 1 - shape.peak_days_ago)
        orders, state = _draw_orders(shape, clock, who, days, _random(seed, "orders"))
    return Brand(shape, days, seed, clock, who, orders, state)


def _draw_customers(shape: Shape, clock: Clock, count: int, days: int, random: np.random.Generator) -> Customers:
    gap = np.maximum(shape.gap_days * np.exp(shape.gap_sigma * random.standard_normal(count)), 1.0)
    steadiness = np.full(count, shape.steadiness)
    is_whale = np.arange(count) < shape.whales
    gap[is_whale], steadiness[is_whale] = 1.0, EXACT
    joins_on = _open_day(clock, np.where(is_whale, 0, _joining(shape, days, random.random(count))), days)
    is_stranger = (random.random(count) < shape.strangers) & ~is_whale
    is_prospect = (random.random(count) < shape.prospects) & ~is_whale | is_stranger
    value = _VALUE * np.exp(_VALUE_SIGMA * random.standard_normal(count))
    return Customers(joins_on, gap, steadiness, value, is_prospect, is_stranger, is_whale, np.zeros(count, dtype=bool))


def _joining(shape: Shape, days: int, uniform: Floats) -> Ints:
    last = max(shape.joined_until * days, 1.0)
    if shape.growth:
        log_growth = np.log1p(shape.growth)
        when = np.log1p(uniform * np.expm1(log_growth * last)) / log_growth
    else:
        when = uniform * last
    joins_on: Ints = np.minimum(when.astype(np.int64), days - 1)
    return joins_on


def _open_day(clock: Clock, day: Ints, days: int) -> Ints:
    """The first open day from `day` on; the last one of the history where none follows."""
    is_open = np.flatnonzero(~clock.is_closed[:days])
    if not len(is_open):
        raise ValueError(f"the brand is closed on all of the {days} days")
    opened: Ints = is_open[np.minimum(np.searchsorted(is_open, day), len(is_open) - 1)]
    return opened


def _draw_orders(
    shape: Shape, clock: Clock, who: Customers, days: int, random: np.random.Generator
) -> tuple[PlacedOrders, OrderState]:
    read = clock.read
    count_orders, last_on = np.where(who.is_prospect, 0, 1), who.joins_on.copy()
    first_on, path = last_on.copy(), np.zeros(len(who), dtype=np.int64)
    placed: list[tuple[Ints, Ints, Ints]] = []
    buyers = np.flatnonzero(~who.is_prospect)
    placed.append((buyers, who.joins_on[buyers], np.zeros(len(buyers), dtype=np.int64)))
    pending: Bools = np.ones(len(who), dtype=bool)
    while pending.any():
        drawn, gaps = gaps_after(shape, who, count_orders).draw(random)
        due = np.searchsorted(read, read[last_on] + earliest(gaps))
        path = np.where(pending, drawn, path)
        pending &= due < days
        now = np.flatnonzero(pending)
        placed.append((now, due[now], count_orders[now]))
        first_on[now] = np.where(count_orders[now] == 0, due[now], first_on[now])
        last_on[now] = due[now]
        count_orders[now] += 1
    customer, day, number = (np.concatenate(column) for column in zip(*placed, strict=True))
    noise = _ORDER_SIGMA * random.standard_normal(len(customer)) - _ORDER_SIGMA**2 / 2
    cents = np.maximum(np.rint(100 * who.value[customer] * np.exp(noise)), 1).astype(np.int64)
    return PlacedOrders(customer, day, number, cents), OrderState(count_orders, first_on, last_on, path)


def _with_peak(shape: Shape, who: Customers, orders: PlacedOrders, peak: int) -> Customers:
    """The last of the customers join on the day `peak` instead: so many that it has `peak_factor` times the orders."""
    is_recent = (orders.day < peak) & (orders.day >= peak - _PEAK_WINDOW)
    usual: float = is_recent.sum() / min(peak, _PEAK_WINDOW) / len(who)
    more = (shape.peak_factor - 1) * usual
    is_of_peak = np.arange(len(who)) >= len(who) - round(len(who) * more / (1 + more))
    return Customers(
        joins_on=np.where(is_of_peak, peak, who.joins_on),
        gap=who.gap,
        steadiness=who.steadiness,
        value=who.value,
        is_prospect=who.is_prospect & ~is_of_peak,
        is_stranger=who.is_stranger & ~is_of_peak,
        is_whale=who.is_whale & ~is_of_peak,
        is_of_peak=is_of_peak,
    )


def _random(seed: int, purpose: str) -> np.random.Generator:
    # The name of a stream is part of its seed: renaming one would change every file of every seed.
    return np.random.default_rng([seed, *purpose.encode()])
