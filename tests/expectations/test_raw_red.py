"""Each check of the raw events fails when what it guards breaks, and its message names what was found."""

import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from expectations import Check, GateFailedError, GateReport, validate_raw

pytestmark = pytest.mark.integration

BREAKAGES = tomllib.loads(Path(__file__).with_name("raw_breakages.toml").read_text())
CRITICAL, WARNINGS = BREAKAGES["critical"], BREAKAGES["warning"]


@pytest.fixture
def loose(healthy: Any) -> Iterator[Any]:
    """The healthy brand with a raw.events that has lost its constraints, so that anything may stand in it."""
    healthy.alter(
        "alter table raw.events rename to events_guarded; set role loader;"
        "create table raw.events as table raw.events_guarded; reset role"
    )
    yield healthy
    healthy.alter("drop table raw.events; alter table raw.events_guarded rename to events")


@pytest.mark.parametrize("name", CRITICAL)
def test_broken_events_stop_the_data(loose: Any, name: str) -> None:
    loose.alter(CRITICAL[name]["breaks"])
    with pytest.raises(GateFailedError) as stopped:
        validate_raw(loose.as_of)
    failure = find(name, stopped.value.report.failures)
    assert CRITICAL[name]["found"] in failure.observed
    assert f"{name}: expected {failure.expected}; found {failure.observed}" in str(stopped.value)


@pytest.mark.parametrize("name", WARNINGS)
def test_odd_events_show_a_warning(loose: Any, name: str, set_by_hand: Any) -> None:
    loose.alter(WARNINGS[name]["breaks"])
    if settings := WARNINGS[name].get("lifecycle"):
        set_by_hand(settings)
    assert WARNINGS[name]["found"] in find(name, report_of(loose.as_of).warnings).observed


def test_every_check_is_shown_to_fail(healthy: Any) -> None:
    assert {check.name for check in validate_raw(healthy.as_of).results} == CRITICAL.keys() | WARNINGS.keys()


def test_a_day_long_after_the_newest_event_is_stale(healthy: Any) -> None:
    failure = find("events reach up to the day", report_of(healthy.as_of + timedelta(days=400)).failures)
    assert "`perennial run` alone takes the newest" in failure.meaning


def test_a_refused_file_that_was_sent_again_passes(healthy: Any) -> None:
    """Half of what arrived since the last good run was refused, then delivered again: the gate must pass."""
    healthy.alter(
        "update raw.loads set count_rejected = count_loaded;"
        "update gate.runs set statistics = statistics || '{\"newest_load_id\": 0}' where suite = 'raw'"
    )
    report = report_of(healthy.as_of)
    assert not report.failures
    assert find("few lines were refused", report.warnings).observed == "50% (loads)"


def report_of(as_of: date) -> GateReport:
    try:
        return validate_raw(as_of)
    except GateFailedError as stopped:
        return stopped.report


def find(name: str, checks: list[Check]) -> Check:
    found = [check for check in checks if check.name == name]
    assert found, f"'{name}' is not among {[check.name for check in checks]}"
    return found[0]
