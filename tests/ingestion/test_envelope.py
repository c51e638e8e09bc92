"""What makes a line an event, and why another is refused."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from perennial.ingestion.events.envelope import Event
from perennial.ingestion.events.ids import nobody
from perennial.ingestion.events.issues import Issue, IssueKind
from perennial.ingestion.events.rules import Rules
from perennial.ingestion.events.utc_times import EARLIEST
from perennial.ingestion.reading import read_line
from perennial.ingestion.rejections import Rejection
from perennial.ingestion.reports import Reason

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
GOOD = {
    "type": "track",
    "event": "Product Viewed",
    "messageId": "m1",
    "userId": "ada",
    "timestamp": "2020-05-01T10:00:00Z",
}


RULES = Rules(nobody(["our-test-shop"]), frozenset({"email", "direct_mail"}), frozenset({"email", "directmail"}))


def read_all(message: Any) -> list[Event | Rejection | Issue]:
    data = message if isinstance(message, bytes) else json.dumps(message).encode()
    return list(read_line(7, data, NOW, RULES))


def read(message: Any) -> Event | Rejection:
    outcome, *_ = read_all(message)
    assert not isinstance(outcome, Issue)
    return outcome


def issues(message: Any) -> list[tuple[IssueKind, str]]:
    return [(outcome.kind, outcome.detail) for outcome in read_all(message) if isinstance(outcome, Issue)]


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
    assert event(type=kind, previousId="anon-1").type == kind


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
        ([], Reason.NOT_AN_OBJECT),
        ([1], Reason.NOT_AN_OBJECT),
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
        (GOOD | {"userId": 1e300}, Reason.BAD_ID),
        (b'{"type": "track", "messageId": "m", "properties": {"total": 1e400}}', Reason.NOT_STORABLE),
        (GOOD | {"event": "x" * 501}, Reason.LONG_EVENT),
        (GOOD | {"type": "alias"}, Reason.BAD_ALIAS),
        (GOOD | {"type": "alias", "anonymousId": "anon-1"}, Reason.BAD_ALIAS),
        (GOOD | {"type": "alias", "previousId": " "}, Reason.BAD_ALIAS),
        (GOOD | {"type": "alias", "previousId": "anon-1", "userId": None}, Reason.BAD_ALIAS),
        (GOOD | {"type": "alias", "previousId": "undefined"}, Reason.NOBODY),
        (GOOD | {"type": "alias", "previousId": "anon-1", "userId": "null"}, Reason.NOBODY),
        (GOOD | {"properties": {"order_id": {"id": 5}}}, Reason.BAD_ORDER_ID),
        (GOOD | {"properties": {"order_id": [5]}}, Reason.BAD_ORDER_ID),
        (GOOD | {"properties": {"order_id": True}}, Reason.BAD_ORDER_ID),
        (GOOD | {"properties": {"order_id": "o" * 501}}, Reason.BAD_ORDER_ID),
        (GOOD | {"properties": {"order_id": "ü" * 251}}, Reason.BAD_ORDER_ID),
        (json.dumps(GOOD)[:-1].encode() + b', "properties": {"order_id": 1e-15000}}', Reason.BAD_ORDER_ID),
        (json.dumps(GOOD)[:-1].encode() + b', "properties": {"order_id": 0.%s}}' % (b"7" * 5000), Reason.BAD_ORDER_ID),
        (GOOD | {"properties": {"campaign_id": {}}}, Reason.BAD_CAMPAIGN_ID),
        (GOOD | {"properties": {"coupon_id": "c" * 501}}, Reason.BAD_COUPON_ID),
        (GOOD | {"properties": json.loads('{"a":' * 100 + "1" + "}" * 100)}, Reason.TOO_DEEP),
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
        (GOOD | {"context": {"consent": {"category_preferences": ["email"]}}}, Reason.BAD_CONSENT),
        (GOOD | {"userId": "a\0b"}, Reason.NUL_CHARACTER),
        (GOOD | {"properties": {"deep": [{"a\0": 1}]}}, Reason.NUL_CHARACTER),
        (GOOD | {"timestamp": None}, Reason.MISSING_TIME),
        (GOOD | {"timestamp": "yesterday"}, Reason.BAD_TIME),
        (GOOD | {"timestamp": 20260901}, Reason.BAD_TIME),
        (GOOD | {"timestamp": True}, Reason.BAD_TIME),
        (GOOD | {"timestamp": {"$date": "2020-05-01T10:00:00Z"}}, Reason.BAD_TIME),
        (GOOD | {"timestamp": "05/01/2020 10:00"}, Reason.BAD_TIME),
        (GOOD | {"timestamp": " "}, Reason.MISSING_TIME),
        (GOOD | {"timestamp": "", "originalTimestamp": "soon"}, Reason.BAD_TIME),
        (GOOD | {"timestamp": "soon", "originalTimestamp": "2020-05-01T10:00:00Z"}, Reason.BAD_TIME),
        (GOOD | {"timestamp": "9999-12-31T23:59:59Z"}, Reason.FUTURE_TIME),
        (GOOD | {"timestamp": "2020-02-30T00:00:00Z"}, Reason.BAD_TIME),
        (GOOD | {"timestamp": "0001-01-01T00:00:00+14:00"}, Reason.BAD_TIME),
        (GOOD | {"timestamp": "1969-12-31T23:59:59Z"}, Reason.BAD_TIME),
        (GOOD | {"timestamp": "2026-03-01T12:05:01Z"}, Reason.FUTURE_TIME),
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
    "variant",
    [
        " kim@example.org",
        "kim@example.org\u200b",
        "\ufeffkim@example.org",
        "kim@\u200dexample.org",
        "kim@example.org\u00a0",
    ],
)
def test_ids_that_look_alike_are_one(variant: str) -> None:
    assert event(userId=variant).user_id == "kim@example.org"
    assert event(userId=None, anonymousId=variant).anonymous_id == "kim@example.org"
    assert event(type="alias", previousId=variant).anonymous_id == "kim@example.org"


def test_an_id_has_one_unicode_form_and_keeps_its_case() -> None:
    assert event(userId="Cafe\u0301").user_id == event(userId="Caf\u00e9").user_id == "Caf\u00e9"
    assert event(userId="KIM").user_id == "KIM"


def test_a_whole_number_is_its_digits() -> None:
    assert [event(userId=value).user_id for value in (4711, 4711.0, "4711", "4711.0", "04711")] == [
        "4711",
        "4711",
        "4711",
        "4711.0",
        "04711",
    ]


NOBODY = [
    *("undefined", "null", "[object Object]", "0", 0, "-1", -1, "NaN", "None", "nil", "anonymous", "GUEST", "unknown"),
    *("(not set)", "N/A", "n/a", "00000000-0000-0000-0000-000000000000", "{00000000-0000-0000-0000-000000000000}"),
    *("{}", "[]", '""', "''", "-", "--", "?", "(null)", "<null>", "'undefined'", " Null ", "000", "0.0", "user_id"),
    *("{{ user.id }}", "${userId}", "<%= user.id %>", "*|EMAIL|*", "%%user%%", "not_set", "Not Set", "Our-Test-Shop"),
]


@pytest.mark.parametrize("nobody_id", NOBODY)
def test_an_id_of_nobody_is_refused_whichever_it_is(nobody_id: object) -> None:
    assert reason(GOOD | {"userId": nobody_id}) is Reason.NOBODY
    assert reason(GOOD | {"userId": None, "anonymousId": nobody_id}) is Reason.NOBODY


@pytest.mark.parametrize(
    "somebody", ["1", "Nilsson", "nullable", "o", "0x1", "00000000-0000-0000-0000-000000000001", "🦊"]
)
def test_an_id_that_only_resembles_one_of_nobody_is_somebody(somebody: str) -> None:
    assert event(userId=somebody).user_id == somebody


def test_an_event_of_somebody_is_taken_without_its_other_id_of_nobody_and_that_is_reported() -> None:
    anonymous = GOOD | {"anonymousId": "undefined"}
    assert event(anonymousId="undefined")[4:6] == ("ada", None)
    assert issues(anonymous) == [(IssueKind.ANONYMOUS_NOBODY, "'undefined'")]
    visitor = GOOD | {"userId": "null", "anonymousId": "device-1"}
    assert event(userId="null", anonymousId="device-1")[4:6] == (None, "device-1")
    assert issues(visitor) == [(IssueKind.USER_NOBODY, "'null'")]


def test_an_alias_to_itself_is_taken_and_reported() -> None:
    alias = GOOD | {"type": "alias", "previousId": " ada"}
    assert event(type="alias", previousId=" ada").anonymous_id == "ada"
    assert issues(alias) == [(IssueKind.SELF_ALIAS, "'ada'")]


@pytest.mark.parametrize("part", ["categoryPreferences", "category_preferences"])
def test_an_unknown_purpose_is_reported(part: str) -> None:
    preferences = {"email": True, "Marketing": False, "Advertising": True}
    assert issues(GOOD | {"context": {"consent": {part: preferences}}}) == [
        (IssueKind.UNKNOWN_PURPOSE, "'Marketing'"),
        (IssueKind.UNKNOWN_PURPOSE, "'Advertising'"),
    ]


def test_a_grant_names_its_purpose_and_a_refusal_may_spell_it_otherwise() -> None:
    def unknown(preferences: dict[str, bool]) -> list[str]:
        return [detail for _, detail in issues(GOOD | {"context": {"consent": {"categoryPreferences": preferences}}})]

    assert unknown({"EMAIL": True, " Direct_Mail ": True, "e-mail": False, "Direct Mail": False}) == []
    assert unknown({"e-mail": True, "direct mail": True}) == ["'e-mail'", "'direct mail'"]


def test_an_envelope_in_snake_case_is_the_same_event() -> None:
    snake = {
        "type": "track",
        "event": "product_viewed",
        "event_text": "Product Viewed",
        "message_id": "m1",
        "user_id": "ada",
        "anonymous_id": "device-1",
        "original_timestamp": "2020-05-01T09:00:00Z",
        "sent_at": "2020-05-01T09:00:10Z",
        "received_at": "2020-05-01T10:00:10Z",
    }
    read_as = read(snake)
    assert isinstance(read_as, Event)
    assert read_as[1:9] == (
        "m1",
        "track",
        "Product Viewed",
        "ada",
        "device-1",
        datetime(2020, 5, 1, 10, tzinfo=UTC),
        datetime(2020, 5, 1, 9, 0, 10, tzinfo=UTC),
        datetime(2020, 5, 1, 10, 0, 10, tzinfo=UTC),
    )
    alias = read({"type": "alias", "id": "m2", "user_id": "ada", "previous_id": 7, "timestamp": "2020-05-01"})
    assert isinstance(alias, Event)
    assert (alias.message_id, alias.anonymous_id) == ("m2", "7")
    assert json.loads(alias.payload)["previousId"] == "7"


@pytest.mark.parametrize("level", [50, 99])
def test_levels_within_the_bound_are_taken(level: int) -> None:
    assert event(properties={"x": json.loads("[" * (level - 2) + "]" * (level - 2))}).message_id == "m1"


@pytest.mark.parametrize("order_id", ["o" * 500, 12, 12.5, 1e20, "", None])
def test_an_order_id_within_the_bound_is_taken(order_id: object) -> None:
    assert event(properties={"order_id": order_id}).message_id == "m1"


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
