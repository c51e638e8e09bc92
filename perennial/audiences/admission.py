"""Whether a stage may be published at all: one publisher at a time, from marts of the day that the gate has passed."""

from datetime import date
from typing import Any

import psycopg

from perennial.gate_runs import GateVerdict, newest_verdict
from perennial.tables import AUDIENCES_RUNS, MARTS_CUSTOMER_STAGES, MARTS_CUSTOMERS

_SHOWN_FAILURES = 3


class PublishRefusedError(RuntimeError):
    """The audience may not be published; the last good one stays in place. The message names the gate and the fix."""


def lock(connection: psycopg.Connection[Any]) -> None:
    """Nobody else publishes until the connection's transaction ends. Raises PublishRefusedError without marts."""
    # Before the transaction's snapshot is taken: one publisher at a time, and no mart replaced under the reading.
    connection.execute(f"lock table {AUDIENCES_RUNS} in share row exclusive mode")
    try:
        connection.execute(f"lock table {MARTS_CUSTOMER_STAGES}, {MARTS_CUSTOMERS} in access share mode")
    except psycopg.errors.UndefinedTable as error:
        raise PublishRefusedError("The marts have not been built yet. `perennial run` builds them.") from error


def require_validated_marts(connection: psycopg.Connection[Any], as_of: date) -> None:
    """Raises PublishRefusedError unless the marts are of the day, and the gate has passed them."""
    (built,) = connection.execute(f"select max(snapshot_on) from {MARTS_CUSTOMER_STAGES}").fetchone() or (None,)
    if built != as_of:
        raise PublishRefusedError(
            f"The marts are of {built or 'no day'}, not of {as_of}. "
            f"`perennial run --as-of {as_of}` builds and publishes that day."
        )
    verdict = newest_verdict(connection, "marts", as_of)
    if verdict is None:
        raise PublishRefusedError(
            f"The gate has not validated the marts of {as_of}. `perennial run --as-of {as_of}` does, and publishes."
        )
    if not verdict.is_success:
        raise PublishRefusedError(
            f"The gate stopped the marts of {as_of}: {_in_words(verdict)}. The last good audience stays in place. "
            "The gate's Data Docs show each check; mend the data, then `perennial run`."
        )


def _in_words(verdict: GateVerdict) -> str:
    critical = [failure for failure in verdict.failures if failure.severity == "critical" and not failure.accepted]
    shown = [f"{one.check}: expected {one.expected}, found {one.observed}" for one in critical[:_SHOWN_FAILURES]]
    more = f"; and {len(critical) - _SHOWN_FAILURES} more" if len(critical) > _SHOWN_FAILURES else ""
    return "; ".join(shown) + more
