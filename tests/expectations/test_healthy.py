"""Healthy data passes, and the run is recorded and shown."""

from typing import Any

import pytest

from expectations import GateFailedError, validate_marts, validate_raw
from expectations.__main__ import main
from perennial.database import Role, connect
from perennial.settings import load_settings

pytestmark = pytest.mark.integration


def test_healthy_raw_events_pass_without_a_warning(healthy: Any) -> None:
    report = validate_raw(healthy.as_of)
    assert report.is_success
    assert not report.warnings
    assert report.compared_with == "Compared with the good run as of 2019-06-30."


def test_healthy_marts_pass_without_a_warning(healthy: Any) -> None:
    report = validate_marts(healthy.as_of)
    assert report.is_success
    assert not report.warnings
    assert report.cadence.startswith("Cadence: ")
    assert report.cadence.partition(" (")[0] in report.data_docs.read_text()
    assert {"no feature knows the future", "features of past days are unchanged"} <= {
        check.name for check in report.results
    }


def test_a_run_leaves_a_row_and_a_page(healthy: Any) -> None:
    report = validate_raw(healthy.as_of)
    row = healthy.connection.execute(
        "select suite, as_of, is_success, count_critical, count_warnings, statistics ->> 'count_events' "
        "from gate.runs order by gate_run_id desc limit 1"
    ).fetchone()
    count_events = healthy.connection.execute("select count(*) from raw.events").fetchone()[0]
    assert row == ("raw", healthy.as_of, True, 0, 0, str(count_events))
    assert "Raw as of 2019-07-09" in report.data_docs.read_text()
    assert f"runs/{report.data_docs.name}" in (load_settings().home / "data-docs" / "index.html").read_text()


def test_running_a_day_again_changes_no_result(healthy: Any) -> None:
    assert validate_marts(healthy.as_of).results == validate_marts(healthy.as_of).results


def test_the_first_run_reports_that_there_is_nothing_to_compare_with(healthy: Any) -> None:
    healthy.become(healthy.before)
    report = validate_marts(healthy.before)
    assert "nothing yet to compare" in report.compared_with
    assert "the marts do not shrink" not in {check.name for check in report.results}


def test_an_earlier_day_after_a_later_one_is_compared_with_runs_before_it(healthy: Any) -> None:
    """A backfill: the newer run is no baseline, or the earlier day would seem to have shrunk."""
    healthy.become(healthy.as_of)
    validate_marts(healthy.as_of)
    healthy.become(healthy.before, keep_runs=True)
    report = validate_marts(healthy.before)
    assert report.is_success
    assert "nothing yet to compare" in report.compared_with


def test_marts_of_another_day_are_stopped(healthy: Any) -> None:
    with pytest.raises(GateFailedError, match="The marts were built as of a later day"):
        validate_marts(healthy.before)


def test_the_gate_reads_as_reader_and_writes_only_its_own_table(healthy: Any) -> None:
    """The role that validates may not write where it validates."""
    with connect(Role.READER) as connection, pytest.raises(Exception, match="permission denied"):
        connection.execute("delete from marts.orders")
    validate_raw(healthy.as_of)


@pytest.mark.usefixtures("healthy")
def test_the_gate_runs_at_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["raw", "--as-of", "2019-07-09"]) == 0
    assert "Gate raw as of 2019-07-09 passed" in capsys.readouterr().out
    assert main(["raw", "--as-of", "2018-07-09"]) == 1
    assert "at least one event before the end of the day" in capsys.readouterr().err
