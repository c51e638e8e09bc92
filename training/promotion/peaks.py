"""Peaks of orders in a held-out period, so that a refusal names them: most who first order on one do not return."""

from collections.abc import Sequence
from datetime import date

from perennial.database import Role, connect
from perennial.tables import MARTS_DAYS

_SHOWN = 3


def peaks_between(first: date, last: date) -> str | None:
    """The peaks from the one day to the other in words; None where there are none, or dbt has not marked any."""
    with connect(Role.READER) as connection:
        if connection.execute("select to_regclass(%s)", [MARTS_DAYS]).fetchone() == (None,):
            return None
        found = connection.execute(
            f"select day, count_orders / nullif(usual_orders, 0) from {MARTS_DAYS} "
            "where is_peak and day between %s and %s order by count_orders desc, day",
            [first, last],
        ).fetchall()
    return in_words([(day, times) for day, times in found])


def in_words(peaks: Sequence[tuple[date, float | None]]) -> str | None:
    """`peaks`: days, and how many times the usual orders each had (None: there were none before), the largest first."""
    if not peaks:
        return None
    named = [f"{day} ({times:.0f} times the usual orders)" if times else str(day) for day, times in peaks[:_SHOWN]]
    more = f" and {len(peaks) - _SHOWN} more" if len(peaks) > _SHOWN else ""
    return f"the held-out period has a peak: {', '.join(named)}{more}"
