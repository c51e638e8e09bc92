"""When an event happened: the forms of a time, and the correction of a sender's clock."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perennial.ingestion.events.times import read_times
from perennial.ingestion.events.utc_times import read_moment
from perennial.ingestion.reports import Reason, RefusedError

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
GOOD = {"timestamp": "2020-05-01T10:00:00Z"}
steadily = settings(derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TEN = datetime(2020, 5, 1, 10, tzinfo=UTC)


def times(**fields: Any) -> tuple[datetime, datetime | None, datetime]:
    return read_times(json.loads(json.dumps(GOOD | fields)), NOW)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2020-05-01T12:00:00+02:00", TEN),
        ("2020-05-01T12:00:00+0200", TEN),
        ("2020-05-01T10:00:00z", TEN),
        ("2020-05-01 10:00:00 UTC", TEN),
        ("2020-05-01 10:00:00Z", TEN),
        ("2020-05-01 10:00:00+00", TEN),
        (" 2020-05-01T10:00:00Z ", TEN),
        ("2020-05-01T10:00:00.123456789Z", TEN.replace(microsecond=123456)),
        ("2020-05-01T10:00:00,5Z", TEN.replace(microsecond=500_000)),
        ("2020-05-01T10:00:00", TEN),
        ("20200501T100000Z", TEN),
        ("2020-05-01", TEN.replace(hour=0)),
        ("20200501", TEN.replace(hour=0)),
        ("2020-W18-5", TEN.replace(hour=0)),
        ("2020-04-30T24:00:00Z", TEN.replace(hour=0)),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("Fri, 01 May 2020 10:00:00 GMT", TEN),
        ("1 May 2020 12:00:00 +0200", TEN),
        ("Fri May 01 2020 10:00:00 GMT+0000 (Coordinated Universal Time)", TEN),
        ("Fri May 01 2020 12:00:00 GMT+0200", TEN),
        (1588327200, TEN),
        (1588327200.25, TEN.replace(microsecond=250_000)),
        ("1588327200", TEN),
        ("1588327200.25", TEN.replace(microsecond=250_000)),
        (1588327200000, TEN),
        ("1588327200123", TEN.replace(microsecond=123_000)),
        (1588327200123456, TEN.replace(microsecond=123456)),
        (1588327200123456789, TEN.replace(microsecond=123456)),
    ],
)
def test_a_moment_is_read_in_every_form_that_is_unambiguous(value: object, expected: datetime) -> None:
    assert read_moment(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        *(
            "",
            " ",
            "soon",
            "05/01/2020 10:00",
            "01.05.2020",
            "2020-13-01",
            "2020-02-30",
            "2020-05-01T25:00:00Z",
            "2020-5-1",
        ),
        *("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1969-12-31T23:59:59Z"),
        *("2020-05-01T24:00:01Z", "2020", "202005", "20200501100000", "Fri, 01 May 2020 10:00:00 CET", "10:00:00"),
        *(True, 0, 7, 20260901, -1588327200, 1e300, {}, [], {"$date": "2020-05-01"}),
    ],
)
def test_what_is_no_moment_ambiguous_or_before_1970_is_none(value: object) -> None:
    assert read_moment(value) is None


@pytest.mark.parametrize("unusable", ["", "0001-01-01T00:00:00Z", "soon", {}, 7, "9999-12-31T23:59:59Z"])
@pytest.mark.parametrize("key", ["sentAt", "receivedAt", "originalTimestamp"])
def test_an_optional_time_that_cannot_be_used_costs_no_event_with_a_good_timestamp(key: str, unusable: object) -> None:
    others = dict.fromkeys(("originalTimestamp", "sentAt", "receivedAt"), "2020-05-01T10:00:00Z")
    assert times(**{key: unusable})[0] == TEN
    assert times(**(others | {key: unusable}))[0] == TEN


def test_received_at_is_now_where_it_is_missing_or_cannot_be() -> None:
    assert times()[2] == NOW
    assert times(receivedAt="2020-05-01T10:00:05Z")[2] == TEN + timedelta(seconds=5)
    assert times(receivedAt="2026-03-01T12:05:01Z")[2] == NOW
    assert times(receivedAt="2020-05-01T09:54:59Z")[2] == NOW
    assert times(receivedAt="0001-01-01T00:00:00Z")[2] == NOW


def test_the_senders_clock_is_corrected_as_segment_does() -> None:
    """The rule is receivedAt - (sentAt - originalTimestamp); here for a device whose clock is an hour slow."""
    corrected = times(
        originalTimestamp="2020-05-01T09:00:00Z",
        sentAt="2020-05-01T09:00:10Z",
        receivedAt="2020-05-01T10:00:10Z",
        timestamp="2020-05-01T09:00:00Z",
    )
    assert corrected == (TEN, datetime(2020, 5, 1, 9, 0, 10, tzinfo=UTC), TEN + timedelta(seconds=10))


@pytest.mark.parametrize(
    "implausible",
    [
        {"originalTimestamp": "2025-01-01", "sentAt": "1970-01-02", "receivedAt": "2026-03-01"},
        {"originalTimestamp": "1970-01-01", "sentAt": "9999-12-31T23:59:59Z", "receivedAt": "2026-03-01"},
        {"originalTimestamp": "1970-01-02", "sentAt": "2026-03-01", "receivedAt": "2026-03-01"},
        {
            "originalTimestamp": "2020-05-01T11:00:00Z",
            "sentAt": "2020-05-01T10:00:00Z",
            "receivedAt": "2020-05-01T10:00:05Z",
        },
        {"originalTimestamp": "2020-01-01", "sentAt": "2020-12-01", "receivedAt": "1970-01-05"},
    ],
)
def test_times_that_no_queue_explains_correct_nothing(implausible: dict[str, str]) -> None:
    assert times(**implausible)[0] == TEN


def test_an_event_kept_three_days_by_its_device_happened_three_days_ago() -> None:
    queued = {"originalTimestamp": "2020-04-28T10:00:00Z", "sentAt": "2020-05-01T10:00:00Z"}
    assert times(**queued, receivedAt="2020-05-01T10:00:02Z")[0] == datetime(2020, 4, 28, 10, 0, 2, tzinfo=UTC)


def test_an_original_timestamp_alone_is_the_time() -> None:
    assert times(timestamp=None, originalTimestamp="2020-05-01T09:00:00Z")[0].hour == 9
    assert times(timestamp="", originalTimestamp=1588327200000)[0] == TEN


def test_a_clock_five_minutes_ahead_is_tolerated_and_no_more() -> None:
    assert times(timestamp="2026-03-01T12:05:00Z")[0] == NOW + timedelta(minutes=5)
    with pytest.raises(RefusedError) as refused:
        times(timestamp="2026-03-01T12:05:01Z")
    assert refused.value.reason is Reason.FUTURE_TIME


@steadily
@given(st.datetimes(datetime(2000, 1, 1), datetime(2020, 1, 1)), st.timedeltas(timedelta(0), timedelta(days=365)))  # noqa: DTZ001  # made aware below
def test_correction_does_not_depend_on_how_wrong_the_clock_is(true_time: datetime, error: timedelta) -> None:
    true_time = true_time.replace(tzinfo=UTC)
    device = true_time - error
    corrected, _, _ = times(
        originalTimestamp=device.isoformat(),
        sentAt=(device + timedelta(seconds=3)).isoformat(),
        receivedAt=(true_time + timedelta(seconds=3)).isoformat(),
    )
    assert corrected == true_time
