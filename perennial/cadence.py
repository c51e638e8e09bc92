"""The brand's own rhythm as the warehouse knows it (`marts.cadences`), in a sentence for those who read stages."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import class_row

from perennial.tables import MARTS_CADENCES


@dataclass(frozen=True)
class Cadence:
    """What is known at the end of `snapshot_on` of how customers return, and the brand's thresholds of stages, in days.

    `count_gaps` between orders of `count_returned` customers, of `count_customers` who ever ordered. While they are too
    few, `is_known` is False, `usual_gap_days` None, and the thresholds lie between the defaults and what was seen.
    """

    snapshot_on: date
    is_known: bool
    count_customers: int
    count_returned: int
    count_gaps: int
    share_returning: float | None
    usual_gap_days: float | None
    onboarding_days: float
    slipping_after_days: float
    winback_after_days: float

    @property
    def sentences(self) -> str:
        """From how much it is known, and which thresholds follow from it."""
        seen = f"{self.count_gaps:,} gaps between orders of {self.count_returned:,} customers"
        if self.is_known:
            known = f"half of those who order again do so within {self.usual_gap_days:g} days (from {seen})"
        else:
            known = f"not known yet: only {seen}, of {self.count_customers:,} who ever ordered"
        thresholds = (
            f"new for {self.onboarding_days:.3g} days, slipping after {self.slipping_after_days:.3g} and lapsed after "
            f"{self.winback_after_days:.3g}, by the brand's gaps"
        )
        if not self.is_known:
            thresholds += " as far as they are seen and by unknown_cadence_days in lifecycle.yml for the rest"
        return f"Cadence: {known}. Customers are {thresholds}; whoever has gaps of their own is measured by them too."


def read_cadence(connection: psycopg.Connection[Any], as_of: date | None = None) -> Cadence | None:
    """The cadence at the newest snapshot, up to `as_of` if given; None before the marts are built."""
    if connection.execute("select to_regclass(%s)", [MARTS_CADENCES]).fetchone() == (None,):
        return None
    with connection.cursor(row_factory=class_row(Cadence)) as cursor:
        return cursor.execute(_NEWEST_SQL, {"as_of": as_of}).fetchone()


_NEWEST_SQL = f"""
    select
        snapshot_on, is_known, count_customers, count_returned, count_gaps, share_returning, usual_gap_days,
        onboarding_days, slipping_after_days, winback_after_days
    from {MARTS_CADENCES}
    where snapshot_on <= coalesce(%(as_of)s::date, 'infinity')
    order by snapshot_on desc
    limit 1
"""
