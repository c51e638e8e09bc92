"""What a run is compared with, and how a person accepts a change that was intended."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from expectations import GateFailedError, validate_marts, validate_raw
from expectations.__main__ import main
from expectations.report import Check, Severity
from expectations.run_history import find_baseline, list_runs, record_run

pytestmark = pytest.mark.integration

FAILED = Check("a check", Severity.CRITICAL, is_success=False, observed="1", expected="0", meaning="")


def test_a_run_is_compared_with_the_nearest_earlier_day(healthy: Any) -> None:
    for days in (30, 10, 20):
        record_run("marts", healthy.as_of - timedelta(days=days), [], {"days_before": days})
    assert baseline_of(healthy) == {"days_before": 10}


def test_a_failed_run_is_no_baseline(healthy: Any) -> None:
    record_run("marts", healthy.as_of - timedelta(days=20), [], {"is": "good"})
    record_run("marts", healthy.as_of - timedelta(days=10), [FAILED], {"is": "bad"})
    assert baseline_of(healthy) == {"is": "good"}


def test_a_later_day_is_no_baseline(healthy: Any) -> None:
    record_run("marts", healthy.as_of + timedelta(days=1), [], {})
    assert find_baseline("marts", healthy.as_of) is None


def test_the_same_day_is_the_baseline_where_there_is_no_earlier_one(healthy: Any) -> None:
    record_run("marts", healthy.as_of, [], {"is": "first"})
    record_run("marts", healthy.as_of, [], {"is": "second"})
    assert baseline_of(healthy) == {"is": "second"}


def test_a_run_accepted_by_hand_begins_a_new_history(healthy: Any) -> None:
    record_run("marts", healthy.as_of - timedelta(days=7), [], {"is": "old"})
    record_run("marts", healthy.as_of, [], {"is_accepted": True})
    assert baseline_of(healthy) == {"is_accepted": True}


def test_an_intended_change_passes_once_accepted_and_ever_after(healthy: Any) -> None:
    """Half the messages go for good reason: stopped, accepted by hand, then no longer compared with the time before."""
    healthy.restore_runs()
    healthy.alter("delete from marts.messages where message_id < 'c-8'")
    with pytest.raises(GateFailedError, match="the marts do not shrink"):
        validate_marts(healthy.as_of)
    assert main(["marts", "--as-of", str(healthy.as_of), "--accept"]) == 0
    assert validate_marts(healthy.as_of).is_success


def test_past_days_of_other_models_are_not_compared(healthy: Any) -> None:
    """Whoever edits a feature changes the past for good reason; only the same code must give the same past."""
    healthy.restore_runs()
    healthy.alter('update gate.runs set statistics = statistics || \'{"code": "other"}\'')
    assert "features of past days are unchanged" not in {check.name for check in validate_marts(healthy.as_of).results}


def test_late_events_may_change_the_past(healthy: Any) -> None:
    """The past days are compared only where the events before them are those of the last good run."""
    healthy.restore_runs()
    healthy.alter(
        "update marts.customer_features set lines_per_order_91d = 2 * lines_per_order_91d where snapshot_on < %(as_of)s"
    )
    healthy.alter(
        "delete from raw.events where message_id = (select message_id from raw.events order by occurred_at limit 1)"
    )
    assert "features of past days are unchanged" not in {check.name for check in failures(healthy)}


def test_features_of_a_young_brand_may_still_change_their_distribution(healthy: Any) -> None:
    healthy.restore_runs()
    healthy.alter("update gate.runs set statistics = statistics || '{\"count_days\": 60}'")
    assert "no feature distribution has changed entirely" not in {
        check.name for check in validate_marts(healthy.as_of).results
    }


def test_a_half_empty_load_on_the_same_day_is_stopped(healthy: Any) -> None:
    """The first run of this brand was good; then its events are loaded again, and half are missing."""
    healthy.become(healthy.as_of)
    validate_raw(healthy.as_of)
    healthy.alter("delete from raw.events where message_id < 'm-8'")
    with pytest.raises(GateFailedError, match="events do not vanish"):
        validate_raw(healthy.as_of)


def test_events_that_vanish_are_noticed_after_a_backfill_too(healthy: Any) -> None:
    """The newest events are lost; the newest good run is of an earlier day and knew nothing of them, one before did."""
    healthy.become(healthy.as_of)
    validate_raw(healthy.as_of)
    validate_raw(healthy.before - timedelta(days=30))
    healthy.alter("delete from raw.events where occurred_at > %(before)s and message_id < 'm-8'")
    with pytest.raises(GateFailedError, match="events do not vanish"):
        validate_raw(healthy.before)


def test_orders_that_stop_while_visits_go_on_are_noticed(healthy: Any) -> None:
    healthy.alter(
        "update raw.events set type = 'page', event = null, properties = '{}' "
        "where event = 'Order Completed' and occurred_at > %(as_of)s - interval '40 days'"
    )
    with pytest.raises(GateFailedError, match=r"events reach up to the day.* 39\.\d days \(Order Completed\)"):
        validate_raw(healthy.as_of)


def test_statistics_keep_the_keys_that_rows_of_earlier_versions_have(healthy: Any) -> None:
    """The next run is compared with what stands in gate.runs, whichever version wrote it."""
    validate_raw(healthy.as_of)
    validate_marts(healthy.as_of)
    rows = dict(healthy.connection.execute("select suite, statistics from gate.runs").fetchall())
    assert rows["raw"].keys() == {"count_events", "events", "newest_load_id", "is_accepted"}
    assert rows["marts"].keys() == {
        *("rows", "count_customers", "count_days", "stages", "features", "days", "code", "every", "is_accepted"),
        "horizons",
    }
    assert rows["marts"]["features"][0].keys() == {"feature", "edges", "shares", "count_rows"}
    assert rows["marts"]["days"][0].keys() == {"snapshot_on", "count_events", "count_links", "digests"}


def test_a_failure_of_an_earlier_version_is_listed_under_the_present_name_of_its_check(healthy: Any) -> None:
    record_run("marts", healthy.as_of, [replace(FAILED, name="the past stays as it was"), FAILED], {})
    assert [failure["check"] for failure in list_runs()[0].failures] == [
        "features of past days are unchanged",
        "a check",
    ]


def baseline_of(healthy: Any) -> object:
    found = find_baseline("marts", healthy.as_of)
    assert found is not None
    return found.statistics


def failures(healthy: Any) -> list[Check]:
    try:
        return validate_marts(healthy.as_of).failures
    except GateFailedError as stopped:
        return stopped.report.failures


@pytest.fixture(autouse=True)
def no_runs(healthy: Any) -> None:
    healthy.alter("truncate gate.runs")
