"""What makes a line an event, and the reason why one is refused."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from perennial.ingestion.envelope import EARLIEST, Event, Rejection, read_event
from perennial.ingestion.reports import Reason

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
GOOD = {
    "type": "track",
    "event": "Product Viewed",
    "messageId": "m1",
    "userId": "ada",
    "timestamp": "2020-05-01T10:00:00Z",
}


def read(message: Any) -> Event | Rejection:
    data = message if isinstance(message, bytes) else json.dumps(message).encode()
    return read_event(7, data, NOW)


def event(**fields: Any) -> Event:
    outcome = read(GOOD | fields)
    assert isinstance(outcome, Event), outcome
    return outcome


def reason(message: Any) -> Reason:
    outcome = read(message)
    assert isinstance(outcome, Rejection), outcome
    assert outcome.line == 7
    return outcome.reason


def test_a_good_line_is_typed_and_keeps_its_whole_text() -> None:
    data = json.dumps(GOOD | {"properties": {"price": 1.10}}).encode()
    outcome = read(data)
    assert outcome == Event(
        line=7,
        message_id="m1",
        type="track",
        event="Product Viewed",
        user_id="ada",
        anonymous_id=None,
        occurred_at=datetime(2020, 5, 1, 10, tzinfo=UTC),
        sent_at=None,
        received_at=NOW,
        payload=data.decode(),
    )


@pytest.mark.parametrize("kind", ["track", "identify", "page", "screen", "group", "alias"])
def test_every_type_of_the_spec_is_an_event(kind: str) -> None:
    assert event(type=kind).type == kind


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (b"{", Reason.MALFORMED),
        (b'{"type": "track"', Reason.MALFORMED),
        (b'{"a": NaN}', Reason.MALFORMED),
        (b'{"userId": "\\ud800"}', Reason.MALFORMED),
        (b"[" * 2_000, Reason.MALFORMED),
        (b'{"userId": "\xff"}', Reason.NOT_UTF8),
        ("text", Reason.NOT_AN_OBJECT),
        ([GOOD], Reason.NOT_AN_OBJECT),
        (None, Reason.NOT_AN_OBJECT),
        (GOOD | {"type": "Track"}, Reason.UNKNOWN_TYPE),
        (GOOD | {"type": ["track"]}, Reason.UNKNOWN_TYPE),
        (GOOD | {"type": None}, Reason.UNKNOWN_TYPE),
        (GOOD | {"messageId": None}, Reason.MISSING_MESSAGE_ID),
        (GOOD | {"messageId": "  "}, Reason.MISSING_MESSAGE_ID),
        (GOOD | {"messageId": {"id": 1}}, Reason.BAD_ID),
        (GOOD | {"messageId": True}, Reason.BAD_ID),
        (GOOD | {"messageId": "x" * 501}, Reason.BAD_ID),
        (GOOD | {"userId": "ü" * 251}, Reason.BAD_ID),
        (GOOD | {"userId": 1.5}, Reason.BAD_ID),
        (GOOD | {"userId": None}, Reason.MISSING_CUSTOMER),
        (GOOD | {"userId": "", "anonymousId": " "}, Reason.MISSING_CUSTOMER),
        (GOOD | {"event": None}, Reason.MISSING_EVENT),
        (GOOD | {"event": "\t"}, Reason.MISSING_EVENT),
        (GOOD | {"event": 5}, Reason.MISSING_EVENT),
        (GOOD | {"properties": []}, Reason.NOT_A_MAPPING),
        (GOOD | {"properties": [1]}, Reason.NOT_A_MAPPING),
        (GOOD | {"traits": False}, Reason.NOT_A_MAPPING),
        (GOOD | {"context": ""}, Reason.NOT_A_MAPPING),
        (GOOD | {"properties": 0}, Reason.NOT_A_MAPPING),
        (GOOD | {"context": "web"}, Reason.NOT_A_MAPPING),
        (GOOD | {"traits": 1}, Reason.NOT_A_MAPPING),
        (GOOD | {"context": {"consent": True}}, Reason.BAD_CONSENT),
        (GOOD | {"context": {"consent": {"categoryPreferences": ["email"]}}}, Reason.BAD_CONSENT),
        (GOOD | {"context": {"consent": {"categoryPreferences": {"x" * 101: True}}}}, Reason.BAD_CONSENT),
        (GOOD | {"userId": "a\0b"}, Reason.NUL_CHARACTER),
        (GOOD | {"properties": {"deep": [{"a\0": 1}]}}, Reason.NUL_CHARACTER),
        (GOOD | {"timestamp": None}, Reason.MISSING_TIME),
        (GOOD | {"timestamp": "yesterday"}, Reason.BAD_TIME),
        (GOOD | {"timestamp": 1588327200}, Reason.BAD_TIME),
        (GOOD | {"timestamp": "2020-02-30T00:00:00Z"}, Reason.BAD_TIME),
        (GOOD | {"timestamp": "0001-01-01T00:00:00+14:00"}, Reason.BAD_TIME),
        (GOOD | {"timestamp": "1969-12-31T23:59:59Z"}, Reason.BAD_TIME),
        (GOOD | {"sentAt": "soon"}, Reason.BAD_TIME),
        (GOOD | {"timestamp": "2026-03-01T12:05:01Z"}, Reason.FUTURE_TIME),
        (GOOD | {"receivedAt": "2026-03-01T12:05:01Z"}, Reason.FUTURE_TIME),
        (GOOD | {"receivedAt": "2020-05-01T09:54:59Z"}, Reason.FUTURE_TIME),
    ],
)
def test_a_line_that_is_no_event_is_refused_for_its_reason(message: Any, expected: Reason) -> None:
    assert reason(message) is expected


def test_a_refused_line_keeps_its_bytes() -> None:
    assert read(b'{"userId": "\xff"}') == Rejection(7, Reason.NOT_UTF8, b'{"userId": "\xff"}')


def test_a_clock_five_minutes_ahead_is_tolerated() -> None:
    assert event(timestamp="2026-03-01T12:05:00Z").occurred_at == NOW + timedelta(minutes=5)


def test_a_backslash_before_u0000_is_text_and_no_nul() -> None:
    assert event(userId="C:\\u0000").user_id == "C:\\u0000"


def test_a_null_mapping_is_an_absent_one() -> None:
    assert event(properties=None, context=None, traits=None).message_id == "m1"


def test_whole_numbers_are_taken_as_ids() -> None:
    assert event(messageId=12, userId=-5)[1:5] == ("12", "track", "Product Viewed", "-5")


def test_an_alias_carries_its_previous_id_as_the_anonymous_one() -> None:
    assert event(type="alias", previousId="anon-1").anonymous_id == "anon-1"
    assert event(type="alias", previousId="anon-1", anonymousId="anon-2").anonymous_id == "anon-2"
    assert event(type="identify", previousId="anon-1").anonymous_id is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020-05-01T12:00:00+02:00", datetime(2020, 5, 1, 10, tzinfo=UTC)),
        ("2020-05-01T10:00:00.123456789Z", datetime(2020, 5, 1, 10, 0, 0, 123456, tzinfo=UTC)),
        ("2020-05-01T10:00:00", datetime(2020, 5, 1, 10, tzinfo=UTC)),
        ("2020-05-01", datetime(2020, 5, 1, tzinfo=UTC)),
    ],
)
def test_times_are_iso_8601_and_utc_unless_they_say_otherwise(text: str, expected: datetime) -> None:
    assert event(timestamp=text).occurred_at == expected


def test_the_senders_clock_is_corrected_as_segment_does() -> None:
    """The rule is receivedAt - (sentAt - originalTimestamp); here for a device whose clock is an hour slow."""
    corrected = event(
        originalTimestamp="2020-05-01T09:00:00Z",
        sentAt="2020-05-01T09:00:10Z",
        receivedAt="2020-05-01T10:00:10Z",
        timestamp="2020-05-01T09:00:00Z",
    )
    assert corrected.occurred_at == datetime(2020, 5, 1, 10, tzinfo=UTC)
    assert corrected.sent_at == datetime(2020, 5, 1, 9, 0, 10, tzinfo=UTC)
    assert corrected.received_at == datetime(2020, 5, 1, 10, 0, 10, tzinfo=UTC)


def test_an_original_timestamp_alone_is_the_time() -> None:
    assert event(timestamp=None, originalTimestamp="2020-05-01T09:00:00Z").occurred_at.hour == 9


def test_a_corrected_time_far_off_is_refused() -> None:
    skewed = {"originalTimestamp": "2025-01-01", "sentAt": "1970-01-02", "receivedAt": "2026-03-01"}
    assert reason(GOOD | skewed) is Reason.FUTURE_TIME


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
TIMES = ("timestamp", "originalTimestamp", "sentAt", "receivedAt")
IDS = ("messageId", "userId", "anonymousId", "previousId")
FIELDS = st.sampled_from(("type", "event", *IDS, *TIMES, "properties", "context", "traits"))
steadily = settings(derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@steadily
@given(st.binary(max_size=200))
@example(b"")
def test_no_bytes_break_the_reader(data: bytes) -> None:
    assert isinstance(read(data), Event | Rejection)


@steadily
@given(st.dictionaries(FIELDS, JSON, max_size=6))
def test_whatever_a_field_holds_the_line_is_an_event_or_refused(fields: dict[str, Any]) -> None:
    outcome = read(GOOD | fields)
    if isinstance(outcome, Event):
        assert EARLIEST <= outcome.occurred_at <= outcome.received_at + timedelta(minutes=5)
        assert outcome.user_id or outcome.anonymous_id
        assert all("\0" not in text for text in outcome if isinstance(text, str))


@steadily
@given(st.datetimes(datetime(2000, 1, 1), datetime(2020, 1, 1)), st.timedeltas(timedelta(0), timedelta(days=365)))  # noqa: DTZ001  # made aware below
def test_correction_does_not_depend_on_how_wrong_the_clock_is(true_time: datetime, error: timedelta) -> None:
    true_time = true_time.replace(tzinfo=UTC)
    device = true_time - error
    corrected = event(
        originalTimestamp=device.isoformat(),
        sentAt=(device + timedelta(seconds=3)).isoformat(),
        receivedAt=(true_time + timedelta(seconds=3)).isoformat(),
    )
    assert corrected.occurred_at == true_time
