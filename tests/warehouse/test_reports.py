"""The report of a build."""

from datetime import date

import pytest

from perennial.warehouse import BuildFailedError, BuildReport, NodeResult
from perennial.warehouse.reports import failure

DAY = date(2021, 3, 9)


def node(
    name: str, status: str, resource_type: str = "model", message: str = "", rows: int | None = None
) -> NodeResult:
    return NodeResult(name, resource_type, status, 1.5, rows, message)


def test_a_report_counts_models_tests_failures_and_what_was_left_undone() -> None:
    report = BuildReport(
        DAY,
        [
            node("orders", "success", rows=155_848),
            node("orders_are_unique", "pass", "test"),
            node("order_lines_add_up", "fail", "test", "Got 3 results"),
            node("customers", "skipped"),
        ],
        seconds=12.0,
    )
    assert (report.rows("orders"), report.rows("customers"), report.rows("nothing")) == (155_848, None, None)
    lines = str(report).splitlines()
    assert lines[-1] == "Marts as of 2021-03-09: 2 models, 2 tests, 1 failed, 1 skipped, 12.0 s"
    assert "155,848 rows" in lines[0]
    assert [line.split()[2] for line in lines[:-1]] == ["orders", "order_lines_add_up", "customers"]


def test_a_failure_names_the_first_five_with_their_messages_and_counts_the_others() -> None:
    failed = [node(f"broken_{n}", "error", message=f"Database Error\n  reason {n}") for n in range(7)]
    error = failure(BuildReport(DAY, [*failed, node("after", "skipped")], 1.0))
    lines = str(error).splitlines()
    assert lines[0] == "model broken_0: Database Error reason 0"
    assert lines[5] == "and 2 more"
    assert lines[6].startswith("The warehouse build as of 2021-03-09 failed in 7 places; 1 that depend on them")
    assert len(lines) == 7
    assert error.report is not None


def test_a_single_failure_is_in_the_singular() -> None:
    assert "failed in 1 place;" in str(failure(BuildReport(DAY, [node("broken", "fail", "test")], 1.0)))


@pytest.mark.parametrize(
    ("message", "is_of_the_moment"),
    [
        ('Database Error\n  syntax error at or near "form"', False),
        ("Compilation Error in model orders\n  'amout' is undefined", False),
        ("Database Error\n  division by zero", False),
        ("Got 3 results, configured to fail if != 0", False),
        ("Database Error\n  server closed the connection unexpectedly", True),
        ("Database Error\n  deadlock detected", True),
    ],
)
def test_only_what_may_pass_by_itself_is_of_the_moment(message: str, is_of_the_moment: bool) -> None:
    error = failure(BuildReport(DAY, [node("broken", "error", message=message)], 1.0))
    assert error.is_of_the_moment is is_of_the_moment
    assert BuildFailedError(f"dbt could not start: {message}").is_of_the_moment is is_of_the_moment


def test_one_failure_that_stays_makes_trying_again_useless() -> None:
    failed = [node("one", "error", message="deadlock detected"), node("other", "error", message="syntax error")]
    assert not failure(BuildReport(DAY, failed, 1.0)).is_of_the_moment
