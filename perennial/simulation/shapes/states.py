"""The stage that a customer's planted state means, by the planted process and not by the platform's rule."""

import numpy as np

from perennial.simulation.arrays import Bools
from perennial.simulation.shapes.contracts import Brand, Path
from perennial.simulation.shapes.gaps import jitter
from perennial.stages import Stage

NEW_GAPS = 2.0
"""A customer is new for so many gaps of the brand after the first order."""


def planted_stages(brand: Brand) -> np.ndarray:
    """(customers,) of `Stage`'s values: the first of these that holds at the end of the last day.

    prospect: has not ordered. Silence within the own gap and its jitter (90th percentile): onboarding within `NEW_GAPS`
    gaps of the brand after the first order, engagement afterwards. Silence beyond: retention while undecided, which is
    for one more own gap, or for as long as the next order is still to come on the own gap's path; winback afterwards,
    for those who lapsed or left.
    """
    clock, state, gap = brand.clock, brand.state, brand.customers.gap
    silent = clock.between(state.last_on, brand.today)
    is_late = silent > gap + jitter(brand.customers)
    is_undecided = silent <= 2 * gap + jitter(brand.customers)
    is_new = clock.between(state.first_on, brand.today) <= NEW_GAPS * brand.shape.gap_days
    stages = np.where(is_undecided | (state.path == Path.STAYS), Stage.RETENTION.value, Stage.WINBACK.value)
    stages = np.where(is_late, stages, np.where(is_new, Stage.ONBOARDING.value, Stage.ENGAGEMENT.value))
    return np.where(state.count_orders == 0, Stage.PROSPECT.value, stages)


def are_gone(brand: Brand) -> Bools:
    """(customers,): true for those who will never order again, or at all."""
    gone: Bools = brand.state.path == Path.LEAVES
    return gone
