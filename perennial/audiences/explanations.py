"""Why a customer is in their stage's audience, or out of it: condition by condition, in words."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import psycopg

from perennial.audiences.conditions import Condition, CustomerDay
from perennial.audiences.runs import NoRunError
from perennial.database import Role, connect
from perennial.tables import MARTS_CUSTOMER_STAGES


class UnknownDayError(LookupError):
    """There is no snapshot of that day; the message names those there are."""


@dataclass(frozen=True)
class Explanation:
    """The conditions in order, up to the first that leaves nothing to ask. `is_exported`: `pull` would give them."""

    customer_id: str
    as_of: date
    stage: str | None
    is_member: bool
    is_exported: bool
    conditions: list[Condition]
    reasons: list[str]

    @property
    def verdict(self) -> str:
        """The outcome in one sentence."""
        if self.is_exported:
            return f"In the {self.stage} audience of {self.as_of}, and pulled with it."
        unmet = next(condition for condition in self.conditions if condition.is_passed is False)
        where = f"the {self.stage} audience" if self.stage else "every audience"
        held = "in, but never pulled from," if self.is_member else "out of"
        return f"{held.capitalize()} {where} of {self.as_of}: {unmet.words}"

    def to_dict(self) -> dict[str, Any]:
        """As plain data. `gates` is the name that `conditions` had before 0.2 and goes in 0.3."""
        content = asdict(self)
        return {**content, "gates": content["conditions"]}


def explain(customer_id: str, as_of: date | None = None) -> Explanation:
    """Every condition between a customer and their stage's audience of `as_of`, by default of the newest snapshot.

    For a customer without any event the first condition says so. Raises UnknownDayError for a day without a snapshot,
    and NoRunError while the marts have never been built.
    """
    with connect(Role.READER) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        day = _day(connection, as_of)
        customer_day = CustomerDay(connection, customer_id, day)
        conditions = list(customer_day.conditions())
    is_member = customer_day.member is not None
    return Explanation(
        customer_id=customer_id,
        as_of=day,
        stage=customer_day.stage.value if customer_day.stage else None,
        is_member=is_member,
        is_exported=is_member and all(condition.is_passed is not False for condition in conditions),
        conditions=conditions,
        reasons=customer_day.reasons,
    )


def _day(connection: psycopg.Connection[Any], as_of: date | None) -> date:
    try:
        rows = connection.execute(
            f"select distinct snapshot_on from {MARTS_CUSTOMER_STAGES} order by snapshot_on desc"
        ).fetchall()
    except psycopg.errors.UndefinedTable:
        rows = []
    if not rows:
        raise NoRunError("The marts have not been built yet. `perennial run` builds them and publishes the audiences.")
    days = [day for (day,) in rows]
    if as_of is not None and as_of not in days:
        nearest = ", ".join(str(day) for day in sorted(sorted(days, key=lambda day: abs(day - as_of))[:3]))
        raise UnknownDayError(f"There is no snapshot of {as_of}; the nearest are of {nearest}.")
    return as_of or days[0]
