"""A person lets a check fail up to a day: it is recorded once, shown with every run, and expires with the day."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from expectations import GateFailedError, accept_finding, validate_marts, validate_raw
from perennial.database import Role, connect
from perennial.gate_runs import newest_findings, newest_verdict

pytestmark = pytest.mark.integration

HALF_EMPTY = "the newest week is not half empty"
EMPTY_DAY = "the newest day is not nearly empty"
UNKNOWN = "most amounts are known"


@pytest.fixture
def half_empty(healthy: Any) -> Iterator[Any]:
    """Most of the newest week is missing."""
    healthy.alter("truncate gate.acceptances restart identity")
    healthy.alter("delete from raw.events where occurred_at > %(as_of)s - interval '5 days' and message_id < 'm-b'")
    yield healthy
    healthy.alter("truncate gate.acceptances restart identity")


def recorded(healthy: Any) -> list[tuple[Any, ...]]:
    query = "select check_name, until_on, why, accepted_by from gate.acceptances order by acceptance_id"
    return list(healthy.connection.execute(query))


def test_an_accepted_finding_stops_nothing_up_to_its_day_and_is_shown(half_empty: Any) -> None:
    with pytest.raises(GateFailedError, match=HALF_EMPTY):
        validate_raw(half_empty.as_of)
    accepted = accept_finding(HALF_EMPTY, half_empty.as_of, " a storm ", "ops")
    report = validate_raw(half_empty.as_of)
    assert [check.name for check in report.accepted] == [HALF_EMPTY]
    assert "until 2019-07-09 by ops: a storm" in str(report)
    assert "until 2019-07-09 by ops: a storm" in report.data_docs.read_text()
    with connect(Role.READER) as connection:
        verdict = newest_verdict(connection, "raw", half_empty.as_of)
        (found,) = [one for one in newest_findings(connection) if one.failure.check == HALF_EMPTY]
    assert verdict is not None
    assert verdict.is_success
    assert found.failure.accepted == str(accepted)
    assert "accepted until 2019-07-09 by ops: a storm (raw as of 2019-07-09)" in found.words


def test_an_acceptance_ends_with_its_day(half_empty: Any) -> None:
    accept_finding(HALF_EMPTY, half_empty.as_of, "a storm", "ops")
    accept_finding(EMPTY_DAY, half_empty.as_of + timedelta(days=30), "a storm", "ops")
    with pytest.raises(GateFailedError, match=HALF_EMPTY):
        validate_raw(half_empty.as_of + timedelta(days=1))


def test_an_acceptance_of_one_check_lets_no_other_pass(half_empty: Any) -> None:
    accept_finding(EMPTY_DAY, half_empty.as_of, "a storm", "ops")
    with pytest.raises(GateFailedError, match=HALF_EMPTY):
        validate_raw(half_empty.as_of)


def test_the_same_words_twice_are_recorded_once_and_the_newest_counts(half_empty: Any) -> None:
    later = half_empty.as_of + timedelta(days=7)
    for until in (later, later, half_empty.as_of, half_empty.as_of):
        accept_finding(HALF_EMPTY, until, "a storm", "ops")
    assert [until for _, until, *_ in recorded(half_empty)] == [later, half_empty.as_of]
    with pytest.raises(GateFailedError, match=HALF_EMPTY):
        validate_raw(half_empty.as_of + timedelta(days=1))


def test_what_is_no_check_has_no_reason_or_is_over_is_refused(half_empty: Any) -> None:
    with pytest.raises(
        ValueError, match=r"no check 'newest week'\. There are: .*; the newest week is not half empty; "
    ):
        accept_finding("newest week", half_empty.as_of, "a storm", "ops")
    with pytest.raises(ValueError, match="Say why"):
        accept_finding(HALF_EMPTY, half_empty.as_of, " ", "ops")
    with pytest.raises(ValueError, match=r"2019-07-01 is over: the newest day that events have made is 2019-07-\d\d\."):
        accept_finding(HALF_EMPTY, date(2019, 7, 1), "a storm", "ops")
    assert recorded(half_empty) == []


def test_a_finding_in_the_marts_can_be_accepted_too(half_empty: Any) -> None:
    half_empty.alter("update marts.orders set net_revenue = null")
    with pytest.raises(GateFailedError, match=UNKNOWN) as stopped:
        validate_marts(half_empty.as_of)
    for failure in stopped.value.report.failures:
        accept_finding(failure.name, half_empty.as_of, "a new till", "ops")
    report = validate_marts(half_empty.as_of)
    assert UNKNOWN in {check.name for check in report.accepted}
