"""The traits that customers state, with what is missing or wrong in them."""

from dataclasses import dataclass

import numpy as np

from perennial.simulation.arrays import Bools, Ints, uniforms
from perennial.simulation.settings import Mess

_YOUNGEST, _OLDEST = 18, 90
_DAY_MS = 86_400_000


@dataclass(frozen=True)
class Profiles:
    """(customers,) each. `email_of`: whose address is used (index); `skew`: milliseconds that the clock is ahead."""

    email_of: Ints
    age: Ints
    has_email: Bools
    has_age: Bools
    has_city: Bools
    skew: Ints


def draw_profiles(count: int, mess: Mess, random: np.random.Generator) -> Profiles:
    """The profiles of `count` customers."""
    everyone = np.arange(count)
    shares = uniforms(random, count) < mess.shared_emails
    # A shared address belongs to someone who uses it: nobody uses the unused address of a third.
    owners = everyone[~shares] if not shares.all() else everyone[:1]
    shared_with = owners[random.integers(0, len(owners), count)]
    present = [uniforms(random, count) >= mess.missing_traits for _ in range(3)]
    is_skewed = uniforms(random, count) < mess.clock_skew
    skew = np.rint(random.uniform(-_DAY_MS, _DAY_MS, count)).astype(np.int64)
    return Profiles(
        email_of=np.where(shares, shared_with, everyone),
        age=random.integers(_YOUNGEST, _OLDEST + 1, count),
        has_email=present[0],
        has_age=present[1],
        has_city=present[2],
        skew=np.where(is_skewed, skew, 0),
    )
