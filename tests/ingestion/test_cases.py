"""The inputs of `tests/cases/events`, one by one and all together: what of them is taken, refused, reported, consented.

`expected.csv` says what is right; what becomes of orders is held where the warehouse is.
"""

from collections.abc import Callable
from typing import Any

import pytest

from perennial.ingestion import IngestReport, ingest_file
from tests.cases.expected import ALL_TOGETHER, CASES, FILES, Expected, files_of

pytestmark = pytest.mark.integration

Ask = Callable[..., list[tuple[Any, ...]]]

# Moments of inputs that may be taken, where they are; by the id of their user.
TIMES = {
    "c13-epoch-s-text": "2026-09-01 10:00:00+00",
    "c13-leap": "2017-01-01 00:00:00+00",
    "c13-rfc2822": "2026-09-01 10:00:00+00",
    "c13-js": "2026-09-01 10:00:00+00",
    "c13-comma": "2026-09-01 10:00:00.5+00",
    "c13-week": "2026-09-01 00:00:00+00",
    "c13-t24": "2026-09-02 00:00:00+00",
    "c13-queued-3-days": "2026-08-29 10:00:02+00",
    "c13-sent-before-original": "2026-09-01 10:00:00+00",
    "c13-sent-1970": "2026-09-01 10:00:00+00",
}
# A refusal on a device stands under the device's id; whom it reaches is held where consent is asked.
STATED_BY = {"c12-anon": "c12-device"}


def deliver(which: str) -> tuple[list[IngestReport], list[Expected]]:
    """Ingest the files of a case, or of all; what is expected of them."""
    paths, expected = files_of(which)
    return [ingest_file(path) for path in paths], expected


def outcome(ask: Ask, row: Expected) -> str:
    """What became of an event: in the words of `expected.csv`."""
    message_id = row.id.removesuffix(" (second)")
    if ask("select from raw.data_issues where message_id = %s and kind !~ 'nobody'", message_id):
        return "reported"
    if taken := ask(
        "select occurred_at = %s from raw.events where %s in (message_id, user_id)",
        TIMES.get(row.id),
        message_id,
    ):
        return "accepted" if taken[0][0] is not False else "accepted at the wrong moment"
    refused = ask("select reason from raw.rejected_events where strpos(payload, %s) > 0", f'"{message_id}"')
    return "refused" if refused else "lost"


@pytest.mark.parametrize("which", [*FILES, ALL_TOGETHER])
def test_every_event_is_taken_refused_or_reported_as_expected(which: str, ask: Ask) -> None:
    reports, expected = deliver(which)
    rows = [row for row in expected if row.kind == "event"]
    found = {row.id: outcome(ask, row) for row in rows}
    right = {row.id: row.state if "or refused" not in row.state else found[row.id] for row in rows}
    assert found == right
    assert not set(found.values()) & {"lost", "accepted at the wrong moment"}
    ((events, rejected),) = ask("select (select count(*) from raw.events), (select count(*) from raw.rejected_events)")
    assert (events, rejected) == (
        sum(report.count_loaded for report in reports),
        sum(report.count_rejected for report in reports),
    )


@pytest.mark.parametrize("which", [*FILES, ALL_TOGETHER])
def test_no_order_is_lost_on_its_way_in(which: str, ask: Ask) -> None:
    _, expected = deliver(which)
    orders = {row.id.split(" ", maxsplit=1)[0] for row in expected if row.kind == "order"}
    found = ask("select distinct properties ->> 'order_id' from raw.events where event = 'Order Completed'")
    assert orders - {order_id for (order_id,) in found} == set()


@pytest.mark.parametrize("moment", sorted(TIMES))
def test_a_time_in_an_odd_form_is_taken_at_the_right_moment(moment: str, ask: Ask) -> None:
    ingest_file(CASES / "13-times.jsonl")
    assert ask("select occurred_at = %s from raw.events where user_id = %s", TIMES[moment], moment) == [(True,)]


@pytest.mark.parametrize("which", ["12", "19", ALL_TOGETHER])
def test_every_consent_stands_as_expected(which: str, ask: Ask) -> None:
    _, expected = deliver(which)
    rows = [row for row in expected if row.kind == "consent"]
    assert len(rows) >= 2
    for row in rows:
        newest, since = ask(
            "select is_granted, valid_from::date::text from consent.ledger where customer_id = %s and purpose = %s "
            "order by valid_from desc, is_granted limit 1",
            STATED_BY.get(row.id, row.id),
            row.about,
        )[0]
        is_withdrawn = row.state == "withdrawn"
        assert newest is not is_withdrawn, row
        assert not is_withdrawn or since == row.note, row


def test_a_bounce_suppresses_the_address_and_is_no_refusal(ask: Ask) -> None:
    ingest_file(CASES / "12-unsubscribed.jsonl")
    assert ask("select customer_id, channel, address, since::date::text, until from consent.suppressions") == [
        ("c12-bounce", "email", None, "2026-09-10", None)
    ]
    assert ask("select is_granted from consent.ledger where customer_id = 'c12-bounce' and purpose = 'email'") == [
        (True,)
    ]


def test_traits_in_the_context_are_traits(ask: Ask) -> None:
    ingest_file(CASES / "14-rudder-identify.jsonl")
    assert ask("select traits ->> 'email' from raw.events where message_id = 'c14-rud'") == [("r@example.org",)]


def test_somebodys_event_is_taken_without_the_device_of_nobody(ask: Ask) -> None:
    ingest_file(CASES / "09-ids-of-nobody.jsonl")
    assert ask("select message_id, user_id, anonymous_id from raw.events") == [("c09-108", "c09-real", None)]
    assert ask("select reason, count(*) from raw.rejected_events group by 1") == [("an id of nobody", 21)]
    assert ask("select kind, message_id from raw.data_issues") == [("anonymous id of nobody dropped", "c09-108")]


def test_both_contents_of_a_message_id_are_kept(ask: Ask) -> None:
    report = ingest_file(CASES / "01-message-id-reused.jsonl")
    assert (report.count_loaded, report.count_duplicate, report.count_conflicting) == (2, 2, 1)
    assert ask("select user_id from raw.events where message_id = 'c01-same'") == [("c01-a",)]
    assert ask("select kind, message_id, line, payload::jsonb #>> '{properties,order_id}' from raw.data_issues") == [
        ("message id reused with other content", "c01-same", 2, "c01-o2")
    ]


def test_objects_without_a_line_between_them_are_counted_as_events(ask: Ask) -> None:
    report = ingest_file(CASES / "18-concatenated.jsonl")
    assert (report.count_loaded, report.count_rejected) == (700, 0)
    assert ask("select count(*) from raw.events where event = 'Order Completed'") == [(500,)]


def test_ids_that_look_alike_are_one(ask: Ask) -> None:
    ingest_file(CASES / "17-id-variants-and-test-orders.jsonl")
    counts = dict(ask("select user_id, count(*) from raw.events where user_id is not null group by 1"))
    assert counts["kim@example.org"] == 3
    assert counts["Kim@Example.org"] == 1
    assert counts["Caf\u00e9"] == 2
    assert (counts["4711"], counts["4711.0"], counts["04711"]) == (2, 1, 1)


def test_unknown_purposes_are_reported_once_each(ask: Ask) -> None:
    for _ in range(2):
        ingest_file(CASES / "19-purpose-spelling.jsonl")
    assert ask("select kind, detail from raw.data_issues order by 2") == [
        ("unknown consent purpose", "'Advertising'"),
        ("unknown consent purpose", "'Marketing'"),
    ]


def test_everything_again_changes_nothing(ask: Ask) -> None:
    state = (
        "select count(*), max(load_id) from raw.events",
        "select count(*) from raw.rejected_events",
        "select count(*), max(load_id) from raw.data_issues",
        "select count(*) from consent.ledger",
        "select count(*) from consent.suppressions",
    )
    deliver(ALL_TOGETHER)
    before = [ask(question) for question in state]
    again, _ = deliver(ALL_TOGETHER)
    assert [ask(question) for question in state] == before
    assert sum(report.count_loaded for report in again) == 0
