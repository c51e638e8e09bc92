"""What suites are made of: measures, taken by one query each, and the bounds that they must keep.

Every query returns a small table of counts, shares and distances, one row per `part` (a table, a feature, a stage).
Great Expectations only ever reads those, so no report can hold a customer's id or value.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from string import Template

from expectations.report import Severity

SQL = Path(__file__).with_name("sql")


def count(value: float) -> str:
    return f"{value:,.0f}"


def share(value: float) -> str:
    return f"{100 * value:.2f}".rstrip("0").rstrip(".") + "%"


def days(value: float) -> str:
    return f"{value:,.1f} days"


def times(value: float) -> str:
    return f"{value:.1f} times"


def distance(value: float) -> str:
    return f"{value:.2f}"


@dataclass(frozen=True)
class Bound:
    """Where one measure (a column of the query) must lie, in every row; rows without it (null) are not checked."""

    name: str
    column: str
    minimum: float | None
    maximum: float | None
    severity: Severity
    expected: str
    meaning: str
    show: Callable[[float], str] = count

    @property
    def sentence(self) -> str:
        """What is expected, with the bound in its unit."""
        bound = self.minimum if self.minimum is not None else self.maximum
        return self.expected.format(bound="" if bound is None else self.show(bound))


@dataclass(frozen=True)
class Measures:
    """A query, the bounds on its columns, and the heading under which Data Docs show them."""

    name: str
    query: str
    bounds: list[Bound]


def _bound(
    severity: Severity,
    name: str,
    column: str,
    expected: str,
    meaning: str,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    show: Callable[[float], str] = count,
) -> Bound:
    return Bound(name, column, at_least, at_most, severity, expected, meaning, show)


critical = partial(_bound, Severity.CRITICAL)
warning = partial(_bound, Severity.WARNING)


# In every query a sample is `mod(abs(hashtext(key)::bigint), n) < 1`: the same keys each time. Written as `= 0`, the
# planner would expect one row in 200 and join by nested loops, which takes minutes.
def read_query(name: str, **values: object) -> str:
    """The text of `sql/<name>.sql` with its `$names` filled in: only times, numbers and names of our own catalog."""
    return Template((SQL / f"{name}.sql").read_text()).substitute({key: str(value) for key, value in values.items()})
