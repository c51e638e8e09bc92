"""The gate's verdicts on raw events and marts, and what a person accepted of them, as other packages read them."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from perennial.tables import GATE_ACCEPTANCES, GATE_RUNS


@dataclass(frozen=True)
class GateFailure:
    """A check that failed; `severity` critical stops the data, warning does not. No field holds a customer's value.

    `accepted`: until when, by whom and why a person lets it pass, whatever its severity.
    """

    check: str
    severity: str
    expected: str
    observed: str
    meaning: str
    accepted: str | None = None


@dataclass(frozen=True)
class GateVerdict:
    """Whether the data of a suite may be used, and what failed."""

    is_success: bool
    failures: tuple[GateFailure, ...]


def newest_verdict(connection: psycopg.Connection[Any], suite: str, as_of: date) -> GateVerdict | None:
    """The newest verdict on a suite (raw, marts) of a day; None while there is none."""
    row = connection.execute(
        f"select is_success, failures from {GATE_RUNS} where suite = %s and as_of = %s "
        "order by gate_run_id desc limit 1",
        [suite, as_of],
    ).fetchone()
    return GateVerdict(row[0], tuple(GateFailure(**failure) for failure in row[1])) if row else None


@dataclass(frozen=True)
class GateFinding:
    """A check that failed in the newest run of its suite."""

    suite: str
    as_of: date
    failure: GateFailure

    @property
    def words(self) -> str:
        """All of it in one line."""
        one = self.failure
        outcome = f"accepted {one.accepted}" if one.accepted else one.severity
        return (
            f"{outcome} ({self.suite} as of {self.as_of}): {one.check}: expected {one.expected}; "
            f"found {one.observed}. {one.meaning}"
        )

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {"suite": self.suite, "as_of": self.as_of, **asdict(self.failure)}


def newest_findings(connection: psycopg.Connection[Any]) -> list[GateFinding]:
    """What failed in the newest run of each suite: the raw events' first, critical before warnings."""
    rows = connection.execute(
        f"select distinct on (suite) suite, as_of, failures from {GATE_RUNS} order by suite desc, gate_run_id desc"
    ).fetchall()
    return [GateFinding(suite, as_of, GateFailure(**one)) for suite, as_of, failures in rows for one in failures]


@dataclass(frozen=True)
class GateAcceptance:
    """A person's decision that a check may fail in runs as of days up to `until_on`, that day included."""

    check: str
    until_on: date
    why: str
    accepted_by: str
    accepted_at: datetime

    def __str__(self) -> str:
        return f"until {self.until_on} by {self.accepted_by}: {self.why}"


def read_acceptances(connection: psycopg.Connection[Any]) -> list[GateAcceptance]:
    """The newest of each check, whether it still holds or not, by the check's name."""
    with connection.cursor(row_factory=class_row(GateAcceptance)) as cursor:
        return cursor.execute(
            f'select distinct on (check_name) check_name as "check", until_on, why, accepted_by, accepted_at '
            f"from {GATE_ACCEPTANCES} order by check_name, acceptance_id desc"
        ).fetchall()
