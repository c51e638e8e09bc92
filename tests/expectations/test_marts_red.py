"""Each check of the marts fails when what it guards breaks, and its message names what was found."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from expectations import Check, GateFailedError, GateReport, validate_marts

pytestmark = pytest.mark.integration

BREAKAGES = tomllib.loads(Path(__file__).with_name("marts_breakages.toml").read_text())
CRITICAL, WARNINGS = BREAKAGES["critical"], BREAKAGES["warning"]


@pytest.mark.parametrize("name", CRITICAL)
def test_a_broken_mart_stops_the_data(healthy: Any, name: str) -> None:
    healthy.alter(CRITICAL[name]["breaks"])
    with pytest.raises(GateFailedError) as stopped:
        validate_marts(healthy.as_of)
    failure = find(name, stopped.value.report.failures)
    assert CRITICAL[name]["found"] in failure.observed
    assert f"{name}: expected {failure.expected}; found {failure.observed}. {failure.meaning}" in str(stopped.value)
    assert str(stopped.value.report.data_docs) in str(stopped.value)


@pytest.mark.parametrize("name", WARNINGS)
def test_an_odd_mart_shows_a_warning(healthy: Any, name: str) -> None:
    healthy.alter(WARNINGS[name]["breaks"])
    assert WARNINGS[name]["found"] in find(name, report_of(healthy).warnings).observed


def test_every_check_is_shown_to_fail(healthy: Any) -> None:
    assert {check.name for check in validate_marts(healthy.as_of).results} == CRITICAL.keys() | WARNINGS.keys()


def test_a_failed_gate_leaves_its_row_and_its_page(healthy: Any) -> None:
    healthy.alter("update marts.orders set net_revenue = null")
    with pytest.raises(GateFailedError) as stopped:
        validate_marts(healthy.as_of)
    row = healthy.connection.execute(
        "select is_success, count_critical, failures #>> '{0,severity}' from gate.runs "
        "order by gate_run_id desc limit 1"
    ).fetchone()
    assert row == (False, len(stopped.value.report.failures), "critical")
    page = stopped.value.report.data_docs.read_text()
    assert "stopped" in page
    assert "most amounts are known" in page


def test_marts_that_were_never_built_are_named(healthy: Any) -> None:
    healthy.alter("drop table marts.coupon_redemptions, marts.orders")
    with pytest.raises(GateFailedError, match=r"marts\.coupon_redemptions\.customer_id.* more") as stopped:
        validate_marts(healthy.as_of)
    assert [check.name for check in stopped.value.report.results] == ["every table and column is there"]


def report_of(healthy: Any) -> GateReport:
    try:
        return validate_marts(healthy.as_of)
    except GateFailedError as stopped:
        return stopped.report


def find(name: str, checks: list[Check]) -> Check:
    found = [check for check in checks if check.name == name]
    assert found, f"'{name}' is not among {[check.name for check in checks]}"
    return found[0]
