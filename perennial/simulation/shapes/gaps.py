"""The distribution of the open days from one order to the next.

A gap of the Weibull distribution with median g and exponent k is longer than x with probability 2 ** -((x / g) ** k)
(https://en.wikipedia.org/wiki/Weibull_distribution); it is rounded to whole days, and 1 at least. A lapsed customer's
is an own gap and, beyond it, a further one with exponent 1.5.
"""

from dataclasses import dataclass

import numpy as np

from perennial.simulation.arrays import Floats, Ints
from perennial.simulation.shapes.contracts import Customers, Path, Shape

_LAPSED_STEADINESS = 1.5
_FIRST_STEADINESS = 1.0
_FIRST_GAPS = 2.0
"""A prospect who will order does so after twice an own gap in the median, without memory."""
_HALF_A_DAY, _ANY = 0.5, 1e-9
_LATE = 0.9


@dataclass(frozen=True)
class Gaps:
    """(customers,) each, after a number of orders: the probability of each path, and the gap on it."""

    stays: Floats
    lapses: Floats
    median: Floats
    steadiness: Floats
    lapsed_from: Floats
    lapsed_median: Floats

    def survival(self, open_days: Floats) -> Floats:
        """The probability that no order has come by the end of so many open days, in the shape of `open_days`.

        `open_days`: (customers,) or (customers, days).
        """
        wide = (slice(None), *[None] * (open_days.ndim - 1))
        stays, lapses = self.stays[wide], self.lapses[wide]
        # Rounded to whole days: by the end of the second day, whatever is shorter than 2.5 days has come.
        rounded: Floats = np.where(open_days > 0, open_days + _HALF_A_DAY, 0.0)
        on_time = _longer(rounded, self.median[wide], self.steadiness[wide])
        beyond = np.maximum(rounded - self.lapsed_from[wide], 0.0)
        returning = _longer(beyond, self.lapsed_median[wide], np.array(_LAPSED_STEADINESS))
        lost = np.maximum(1 - stays - lapses, 0)
        survival: Floats = lost + stays * on_time + lapses * returning
        return survival

    def draw(self, random: np.random.Generator) -> tuple[Ints, Floats]:
        """Each customer's path, and the open days until the next order (infinite for those who leave)."""
        count = len(self.median)
        which, uniform = random.random(count), random.random(count)
        is_lapsing = which < self.stays + self.lapses
        path = np.where(which < self.stays, Path.STAYS, np.where(is_lapsing, Path.LAPSES, Path.LEAVES))
        halvings = -np.log2(1 - uniform)
        on_time = self.median * halvings ** (1 / self.steadiness)
        returning = self.lapsed_from + self.lapsed_median * halvings ** (1 / _LAPSED_STEADINESS)
        return path, np.select([path == Path.STAYS, path == Path.LAPSES], [on_time, returning], np.inf)


def _longer(days: Floats, median: Floats, steadiness: Floats) -> Floats:
    exact = np.where(days >= median, np.inf, 0.0)
    with np.errstate(over="ignore", invalid="ignore"):
        halvings = np.where(np.isinf(steadiness), exact, (days / median) ** steadiness)
    longer: Floats = np.exp2(-halvings)
    return longer


def earliest(gaps: Floats) -> Floats:
    """What the clock must have advanced for an order after `gaps` open days; the inverse of the rounding above."""
    advanced: Floats = np.maximum(gaps - _HALF_A_DAY, _ANY)
    return advanced


def gaps_after(shape: Shape, customers: Customers, count_orders: Ints) -> Gaps:
    """The gaps of `customers` after so many orders each, (customers,)."""
    stays = _of_count(shape.stay, count_orders)
    if shape.stay_of_peak:
        stays = np.where(customers.is_of_peak, _of_count(shape.stay_of_peak, count_orders), stays)
    stays = np.select([customers.is_stranger, customers.is_whale], [0.0, 1.0], stays)
    is_first = count_orders == 0
    return Gaps(
        stays=stays,
        lapses=np.where(is_first, 0.0, (1 - stays) * shape.lapsed_share),
        median=np.where(is_first, _FIRST_GAPS, 1.0) * customers.gap,
        steadiness=np.where(is_first, _FIRST_STEADINESS, customers.steadiness),
        lapsed_from=customers.gap,
        lapsed_median=shape.lapsed_gaps * customers.gap,
    )


def jitter(customers: Customers) -> Floats:
    """(customers,) open days from the median of the own gaps to their 90th percentile, at least 1."""
    late = customers.gap * np.log2(1 / (1 - _LATE)) ** (1 / customers.steadiness)
    days: Floats = np.maximum(late - customers.gap, 1.0)
    return days


def _of_count(by_count: tuple[float, ...], count_orders: Ints) -> Floats:
    probabilities: Floats = np.array(by_count)[np.minimum(count_orders, len(by_count) - 1)]
    return probabilities
