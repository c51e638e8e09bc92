"""Whether a stage may be published at all: one publisher at a time, from marts of the day that the gate has passed."""

from datetime import date
from typing import Any

import psycopg

from perennial.tables import AUDIENCES_RUNS, GATE_RUNS, MARTS_CUSTOMER_STAGES, MARTS_CUSTOMERS

_TOLD = 3  # failures in one message


class PublishRefusedError(RuntimeError):
    """The audience may not be published; the last good one stays in place. The message names the gate and the fix."""


def lock(connection: psycopg.Connection[Any]) -> None:
    # Before the transaction's snapshot is taken: one publisher at a time, and no mart replaced under the reading.
    connection.execute(f"lock table {AUDIENCES_RUNS} in share row exclusive mode")
    try:
        connection.execute(f"lock table {MARTS_CUSTOMER_STAGES}, {MARTS_CUSTOMERS} in access share mode")
    except psycopg.errors.UndefinedTable as error:
        raise PublishRefusedError("The marts have not been built yet. `perennial run` builds them.") from error


def require_validated_marts(connection: psycopg.Connection[Any], as_of: date) -> None:
    (built,) = connection.execute(f"select max(snapshot_on) from {MARTS_CUSTOMER_STAGES}").fetchone() or (None,)
    if built != as_of:
        raise PublishRefusedError(
            f"The marts are of {built or 'no day'}, not of {as_of}. "
            f"`perennial run --as-of {as_of}` builds and publishes that day."
        )
    verdict = connection.execute(
        f"select is_success, failures from {GATE_RUNS} where suite = 'marts' and as_of = %s "
        "order by gate_run_id desc limit 1",
        [as_of],
    ).fetchone()
    if verdict is None:
        raise PublishRefusedError(
            f"The gate has not judged the marts of {as_of}. `perennial run --as-of {as_of}` does, and publishes."
        )
    is_success, failures = verdict
    if not is_success:
        raise PublishRefusedError(
            f"The gate stopped the marts of {as_of}: {_in_words(failures)}. The last good audience stays in place. "
            "The gate's Data Docs show each check; mend the data, then `perennial run`."
        )


def _in_words(failures: Any) -> str:
    critical = [item for item in failures if item["severity"] == "critical"]
    told = [f"{item['check']}: expected {item['expected']}, found {item['observed']}" for item in critical[:_TOLD]]
    return "; ".join(told) + (f"; and {len(critical) - _TOLD} more" if len(critical) > _TOLD else "")
