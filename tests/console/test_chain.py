"""Why a chain failed, from a task's log as Airflow gives it."""

from typing import Any

from perennial.console.chain.airflow_client import TaskLog

WARNINGS = [{"event": f"UserWarning: {number}", "level": "warning"} for number in range(40)]


def ended_by(*errors: dict[str, Any]) -> TaskLog:
    return TaskLog([*WARNINGS, {"event": "Task failed with exception", "error_detail": list(errors)}])


def test_an_error_of_our_own_is_its_sentence() -> None:
    log = ended_by({"exc_type": "GateFailedError", "exc_value": "The gate stopped raw."})
    assert log.failure == "The gate stopped raw."


def test_of_an_error_with_a_cause_what_was_raised_counts() -> None:
    log = ended_by(
        {"exc_type": "AirflowFailException", "exc_value": "model orders: syntax error"},
        {"exc_type": "BuildFailedError", "exc_value": "inner"},
    )
    assert log.failure == "model orders: syntax error"


def test_any_other_end_takes_the_log_to_explain() -> None:
    log = ended_by({"exc_type": "KeyError", "exc_value": "'x'"})
    assert log.failure is None
    assert log.tail().endswith("Task failed with exception\nKeyError: 'x'")
    killed = TaskLog(["plain text", *WARNINGS])
    assert killed.failure is None
    assert killed.tail(40).endswith("UserWarning: 39")
