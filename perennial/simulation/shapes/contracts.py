"""What a brand's shape is, and a brand of it as arrays."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from perennial.simulation.arrays import Bools, Floats, Ints
from perennial.simulation.shapes.clock import OPEN, Clock, Closures

START = date(2023, 1, 9)
"""A Monday, so that even two years lie in the past."""
EXACT = float("inf")
"""The steadiness of a gap that is never a day shorter or longer."""


class Path(IntEnum):
    """What a customer does after an order (or after joining): decided at the order, seen only later."""

    STAYS = 0
    LAPSES = 1
    LEAVES = 2


@dataclass(frozen=True)
class Shape:
    """How the customers of a brand order.

    `gap_days`: the median gap between two orders, in open days; `gap_sigma`: the standard deviation of the log of it
    between customers; `steadiness`: the exponent of the Weibull distribution of a customer's gaps (1: no memory).
    `stay[n]`: the probability that the next order comes an own gap later, after n orders (n = 0: that a prospect ever
    orders; the last value holds for all later n). Of those who do not stay, `lapsed_share` return later: an own gap and
    a further one, `lapsed_gaps` own gaps in the median, after their last order; the others are gone for good.
    `joined_until`: the share of the history in which customers join; `growth` of joins a day.
    `stay_of_peak`: the same as `stay` for those who first order on the peak day, which is `peak_days_ago` days before
    the last and has `peak_factor` times the usual orders; None: no peak. `outage_days`: how many days before the last
    the first and the last day are of which no event exists. `whales`: so many customers order every day.
    `share_logged_out`: of visits, of orders after the first, that carry no user id.
    `strangers`: the share of customers who are anonymous and never order. `start`: the first day.
    """

    name: str
    summary: str
    customers: int
    days: int
    gap_days: float
    steadiness: float
    stay: tuple[float, ...]
    gap_sigma: float = 0.0
    lapsed_share: float = 0.3
    lapsed_gaps: float = 4.0
    prospects: float = 0.1
    joined_until: float = 1.0
    growth: float = 0.0
    closures: Closures = OPEN
    season: float = 0.0
    peak_days_ago: int | None = None
    peak_factor: float = 20.0
    stay_of_peak: tuple[float, ...] = ()
    outage_days: tuple[int, int] | None = None
    whales: int = 0
    share_logged_out: tuple[float, float] = (0.0, 0.0)
    strangers: float = 0.0
    start: date = START

    @property
    def min_days(self) -> int:
        """The shortest history that has all of the shape in it."""
        events_ago = [self.peak_days_ago or 0, *(self.outage_days or ())]
        return max(events_ago) + 1 if max(events_ago) else 1


@dataclass(frozen=True)
class Customers:
    """(customers,) each: what the shape plants for one customer.

    `joins_on`: day. `gap`: median gap in open days. `steadiness`: see `Shape`. `value`: mean of an order, dollars.
    `is_prospect`: has not ordered on joining. `is_stranger`: anonymous, never orders. `is_whale`: orders every day.
    `is_of_peak`: joined on the peak.
    """

    joins_on: Ints
    gap: Floats
    steadiness: Floats
    value: Floats
    is_prospect: Bools
    is_stranger: Bools
    is_whale: Bools
    is_of_peak: Bools

    def __len__(self) -> int:
        return len(self.gap)


@dataclass(frozen=True)
class PlacedOrders:
    """(orders,) each, in no order of time: who, on which day (0: the first), how many before it, cents."""

    customer: Ints
    day: Ints
    number: Ints
    cents: Ints


@dataclass(frozen=True)
class OrderState:
    """(customers,) each, at the end of the last day.

    `count_orders`; `first_on`, `last_on`: days of the first and last order, of joining where there is none; `path`: a
    `Path`, what the customer does after the last order.
    """

    count_orders: Ints
    first_on: Ints
    last_on: Ints
    path: Ints


@dataclass(frozen=True)
class Brand:
    """A brand of a shape at the end of `days` days."""

    shape: Shape
    days: int
    seed: int
    clock: Clock
    customers: Customers
    orders: PlacedOrders
    state: OrderState

    @property
    def today(self) -> int:
        """The last day."""
        return self.days - 1
