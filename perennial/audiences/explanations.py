"""Why a customer is in their stage's audience, or out of it: gate by gate, in words."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg

from perennial.audiences.gates import Case, Gate
from perennial.audiences.runs import NoRunError
from perennial.database import Role, connect
from perennial.tables import MARTS_CUSTOMER_STAGES


class UnknownDayError(LookupError):
    """There is no snapshot of that day; the message names those there are."""


@dataclass(frozen=True)
class Explanation:
    """The gates in order, up to the first that leaves nothing to ask. `is_exported`: `pull` would give them."""

    customer_id: str
    as_of: date
    stage: str | None
    is_member: bool
    is_exported: bool
    gates: list[Gate]
    reasons: list[str]

    @property
    def verdict(self) -> str:
        """The outcome in one sentence."""
        if self.is_exported:
            return f"In the {self.stage} audience of {self.as_of}, and pulled with it."
        closed = next(gate for gate in self.gates if gate.is_passed is False)
        where = f"the {self.stage} audience" if self.stage else "every audience"
        held = "in, but never pulled from," if self.is_member else "out of"
        return f"{held.capitalize()} {where} of {self.as_of}: {closed.words}"


def explain(customer_id: str, as_of: date | None = None) -> Explanation:
    """Every gate between a customer and their stage's audience of `as_of`, by default of the newest snapshot.

    Nobody is unknown to this door: a customer without any event is told so. Raises UnknownDayError for a day without
    a snapshot, and NoRunError while the marts have never been built.
    """
    with connect(Role.READER) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        day = _day(connection, as_of)
        case = Case(connection, customer_id, day)
        gates = list(case.gates())
    is_member = case.member is not None
    return Explanation(
        customer_id=customer_id,
        as_of=day,
        stage=case.stage.value if case.stage else None,
        is_member=is_member,
        is_exported=is_member and all(gate.is_passed is not False for gate in gates),
        gates=gates,
        reasons=case.reasons,
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
