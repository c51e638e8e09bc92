"""`gate.runs`: the gate's verdicts on raw events and marts, as the gate writes and other packages read them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg

from perennial.tables import GATE_RUNS


@dataclass(frozen=True)
class GateFailure:
    """A check that failed; `severity` critical stops the data, warning does not. No field holds a customer's value."""

    check: str
    severity: str
    expected: str
    observed: str
    meaning: str


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
