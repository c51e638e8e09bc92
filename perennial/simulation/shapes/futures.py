"""What each customer's planted process still holds, exact: computed, not simulated."""

from dataclasses import dataclass

import numpy as np

from perennial.simulation.arrays import Floats, Ints
from perennial.simulation.shapes.contracts import Brand, Customers
from perennial.simulation.shapes.gaps import Gaps, gaps_after

_AT_ONCE = 256
"""Customers: bounds the memory of what follows to some ten megabytes."""
_NEGLIGIBLE = 1e-12


@dataclass(frozen=True)
class Future:
    """(customers,) each: of the `horizon_days` days after the last.

    `one_order`, `two_orders`: the probabilities of at least so many. `expected_orders`; `expected_revenue`: dollars.
    """

    horizon_days: int
    one_order: Floats
    two_orders: Floats
    expected_orders: Floats
    expected_revenue: Floats


def order_probability(brand: Brand, until: Ints | int) -> Floats:
    """(customers,) of an order after the last day, up to the day `until` (one, or one per customer).

    With S the survival of the gap (`Gaps.survival`), s the open days since the last order and t those at `until`:
    (S(s) - S(t)) / S(s).
    """
    gaps, last_on = gaps_after(brand.shape, brand.customers, brand.state.count_orders), brand.state.last_on
    before = gaps.survival(brand.clock.between(last_on, brand.today))
    after = gaps.survival(brand.clock.between(last_on, until))
    probability: Floats = 1 - after / before
    return probability


def planted_future(brand: Brand, horizon_days: int) -> Future:
    """The future of each customer, given when they ordered, by renewal: the first order's day, then the next one's.

    With a_m(d) the probability that the m-th order from now falls on day d, and f the distribution of the gap after so
    many orders, a_1(d) = (S(s_{d-1}) - S(s_d)) / S(s_0) and a_{m+1}(d) = sum over e < d of a_m(e) f(d | e).
    Raises ValueError for a horizon beyond what the brand's clock knows.
    """
    longest = len(brand.clock.intensity) - brand.days
    if not 1 <= horizon_days <= longest:
        raise ValueError(f"a future of 1 to {longest} days can be computed, not of {horizon_days}")
    parts = [
        _some(brand, slice(first, first + _AT_ONCE), horizon_days) for first in range(0, len(brand.customers), _AT_ONCE)
    ]
    one, two, orders = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Future(horizon_days, one, two, orders, orders * brand.customers.value)


def _some(brand: Brand, chosen: slice, horizon: int) -> tuple[Floats, Floats, Floats]:
    read = brand.clock.read[brand.today : brand.days + horizon]
    who, count_orders = _take(brand.customers, chosen), brand.state.count_orders[chosen]
    gaps = gaps_after(brand.shape, who, count_orders)
    waited = read[None, :] - brand.clock.read[brand.state.last_on[chosen]][:, None]
    survival = gaps.survival(waited)
    on_day: Floats = -np.diff(survival, axis=1) / survival[:, :1]
    one: Floats = on_day.sum(axis=1)
    two: Floats = np.zeros(len(who))
    expected = one
    number = 1
    while number < horizon and on_day.max(initial=0.0) > _NEGLIGIBLE:
        on_day = _next(on_day, gaps_after(brand.shape, who, count_orders + number), read)
        reached = on_day.sum(axis=1)
        expected = expected + reached
        two = reached if number == 1 else two
        number += 1
    return one, two, expected


def _next(on_day: Floats, gaps: Gaps, read: Floats) -> Floats:
    """(customers, days): the probability of the order after the one that falls on each day with `on_day`."""
    after = np.zeros_like(on_day)
    for day in range(on_day.shape[1] - 1):
        survival = gaps.survival(np.tile(read[day + 1 :] - read[day + 1], (len(on_day), 1)))
        after[:, day + 1 :] -= on_day[:, day : day + 1] * np.diff(survival, axis=1)
    return after


def _take(customers: Customers, chosen: slice) -> Customers:
    return Customers(*(getattr(customers, name)[chosen] for name in customers.__dataclass_fields__))
