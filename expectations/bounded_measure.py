"""A bound as a custom SQL expectation, in the way Great Expectations documents them
(a subclass of UnexpectedRowsExpectation, https://docs.greatexpectations.io/docs/core/customize_expectations/).
"""

from typing import Any, ClassVar

import great_expectations.expectations as gxe

from expectations.report import Severity
from expectations.suites import Bound, count, days, distance, share, times

UNITS = {show.__name__: show for show in (count, share, days, distance, times)}
MOST_NAMED = 5


class ExpectMeasuresToLieWithin(gxe.UnexpectedRowsExpectation):  # type: ignore[misc]  # GX ships without usable types here
    """Every part's measure lies within the bounds. The observed value names those outside, else the nearest to one."""

    unit: str
    minimum: float | None = None
    maximum: float | None = None

    success_keys: ClassVar[tuple[str, ...]] = ("unexpected_rows_query", "unit", "minimum", "maximum")

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,  # noqa: ARG002  # GX calls by name
        execution_engine: Any = None,  # noqa: ARG002  # the same
    ) -> dict[str, Any]:
        rows = [(str(row["part"]), float(row["measure"])) for row in metrics["unexpected_rows_query.table"]]
        outside = [row for row in rows if not self._holds(row[1])]
        observed = self._name(outside) if outside else self._summarize(rows)
        return {"success": not outside, "result": {"observed_value": observed}}

    def _holds(self, value: float) -> bool:
        return (self.minimum is None or value >= self.minimum) and (self.maximum is None or value <= self.maximum)

    def _name(self, outside: list[tuple[str, float]]) -> str:
        named = ", ".join(f"{UNITS[self.unit](value)} ({part})" for part, value in outside[:MOST_NAMED])
        more = len(outside) - MOST_NAMED
        return f"{named} and {more} more" if more > 0 else named

    def _summarize(self, rows: list[tuple[str, float]]) -> str:
        if not rows:
            return "nothing to check"
        part, worst = rows[0]
        if len(rows) > 1 and worst == rows[-1][1]:
            return f"{UNITS[self.unit](worst)} throughout"
        return f"{UNITS[self.unit](worst)} ({part})"


def expectation_of(bound: Bound) -> ExpectMeasuresToLieWithin:
    """The bound as an expectation; its measures come worst first, so that a cut at 200 rows hides no failure."""
    worst = "asc" if bound.minimum is not None else "desc"
    return ExpectMeasuresToLieWithin(
        unexpected_rows_query=(
            f"select part, {bound.column} as measure from {{batch}} where {bound.column} is not null "
            f"order by {bound.column} {worst}, part"
        ),
        unit=bound.show.__name__,
        minimum=bound.minimum,
        maximum=bound.maximum,
        severity=bound.severity.value,
        description=f"{bound.name}: {bound.sentence}" + (" (warning)" if bound.severity is Severity.WARNING else ""),
        meta={"check": bound.name},
        notes=bound.meaning,
    )
