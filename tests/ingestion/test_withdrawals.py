"""Leaving a channel withdraws it, whatever the sender calls it; an address that bounced for good is suppressed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perennial.ingestion import Attestation, ingest_file
from perennial.ingestion.consents.withdrawals import that_may_fold_to

pytestmark = pytest.mark.integration

Make = Callable[..., dict[str, Any]]
WriteLines = Callable[..., Path]
Ask = Callable[..., list[tuple[Any, ...]]]

LATER = "2020-06-01T10:00:00Z"
CHANNELS = ("email", "sms", "push", "direct_mail", "onsite")
REFUSED = {
    "email": [
        "Unsubscribed", "unsubscribed", " Unsubscribed ", "Email Unsubscribed", "email_unsubscribed", "Unsubscribe",
        "Unsubscribed from List", "Unsubscribed from Email Marketing", "Email List Unsubscribed", "Group Unsubscribe",
        "Email Marked as Spam", "Email Marked As Spam", "Marked Email as Spam", "Spam Report", "Email Complained",
        "Newsletter Unsubscribed", "Email Opted Out", "Opted Out of Email",
    ],
    "sms": ["SMS Unsubscribed", "Unsubscribed from SMS", "Unsubscribed from SMS Marketing", "SMS Opted Out"],
    "push": ["Push Unsubscribed", "Push Notification Unsubscribed", "Push Opted Out"],
    "direct_mail": ["Direct Mail Unsubscribed", "Unsubscribed from Direct Mail", "Direct Mail Opted Out"],
    "onsite": ["In-App Message Unsubscribed"],
}  # fmt: skip
NEWEST = """
select purpose from (
    select distinct on (purpose) purpose, is_granted from consent.ledger
    where customer_id = 'ada' order by purpose, valid_from desc, is_granted
) as newest
where not is_granted order by 1
"""
SUPPRESSED = "select customer_id, address, since::date::text, message_id from consent.suppressions"


@pytest.mark.parametrize(("channel", "event"), [(channel, event) for channel in REFUSED for event in REFUSED[channel]])
def test_leaving_a_channel_withdraws_it_and_no_other(
    channel: str, event: str, stated: Make, track: Make, write_lines: WriteLines, ask: Ask
) -> None:
    ingest_file(
        write_lines(
            stated("m1", dict.fromkeys((*CHANNELS, "profiling"), True)), track("m2", event=event, timestamp=LATER)
        )
    )
    assert ask(NEWEST) == [(channel,)]
    assert ask("select message_id, valid_from::date::text from consent.ledger where not is_granted") == [
        ("m2", "2020-06-01")
    ]


@pytest.mark.parametrize(
    ("properties", "channel"), [({"channel": "SMS"}, "sms"), ({"channel": "carrier pigeon"}, "email"), ({}, "email")]
)
def test_a_bare_unsubscribe_leaves_the_channel_it_names_else_email(
    properties: dict[str, Any], channel: str, track: Make, write_lines: WriteLines, ask: Ask
) -> None:
    ingest_file(write_lines(track("m1", event="Unsubscribed", properties=properties)))
    assert ask(NEWEST) == [(channel,)]


@pytest.mark.parametrize("event", ["Unsubscribe Page Viewed", "Email Opened", "Resubscribed", "Email Delivered"])
def test_what_only_sounds_like_it_withdraws_nothing(event: str, track: Make, write_lines: WriteLines, ask: Ask) -> None:
    ingest_file(write_lines(track("m1", event=event)))
    ingest_file(
        write_lines({"type": "page", "messageId": "m2", "userId": "ada", "timestamp": LATER, "event": "Unsubscribed"})
    )
    assert ask(NEWEST) == []


def test_a_later_grant_holds_again_and_a_withdrawal_that_comes_late_stands_between(
    stated: Make, track: Make, write_lines: WriteLines, ask: Ask
) -> None:
    ingest_file(write_lines(stated("m1", {"email": True}), stated("m3", {"email": True}, timestamp="2020-07-01")))
    ingest_file(write_lines(track("m2", event="Unsubscribed", timestamp=LATER)))
    assert ask("select message_id, is_granted from consent.ledger order by valid_from") == [
        ("m1", True),
        ("m2", False),
        ("m3", True),
    ]


def test_a_withdrawal_before_an_attestation_stands_against_it(track: Make, write_lines: WriteLines, ask: Ask) -> None:
    ingest_file(write_lines(track("m1", event="Unsubscribed", timestamp="2020-04-01")))
    ingest_file(write_lines(track("m2")), attest=Attestation(("Email", "profiling"), "terms"))
    assert ask(NEWEST) == [("email",)]


@pytest.mark.parametrize("spelling", ["Email", " email ", "EMAIL", "e-mail", "E_Mail", "\ufeffemail"])
def test_a_refusal_under_another_spelling_refuses(
    spelling: str, stated: Make, write_lines: WriteLines, ask: Ask
) -> None:
    ingest_file(write_lines(stated("m1", {"email": True}), stated("m2", {spelling: False}, timestamp=LATER)))
    assert ask(NEWEST) == [("email",)]


def test_of_two_spellings_in_one_event_the_refusal_holds(stated: Make, write_lines: WriteLines, ask: Ask) -> None:
    ingest_file(write_lines(stated("m1", {"email": True, "Email": False})))
    assert ask(NEWEST) == [("email",)]


def test_preferences_in_snake_case_count(track: Make, write_lines: WriteLines, ask: Ask) -> None:
    context = {"consent": {"category_preferences": {"email": False, "sms": True}}}
    ingest_file(write_lines(track("m1", context=context)))
    assert ask("select purpose, is_granted from consent.ledger order by 1") == [("email", False), ("sms", True)]


@pytest.mark.parametrize(
    ("event", "properties"),
    [
        ("Email Bounced", {}),
        ("Email Bounced", {"type": "hard"}),
        ("email_bounced", {"bounce_type": "Permanent"}),
        ("Email Bounced", {"type": "bounce"}),
        ("Bounced Email", {"bounceType": "HardBounce"}),
        ("Email Hard Bounced", {}),
    ],
)
def test_a_permanent_or_untyped_bounce_suppresses_the_address(
    event: str, properties: dict[str, Any], track: Make, write_lines: WriteLines, ask: Ask
) -> None:
    path = write_lines(track("m1", event=event, properties=properties | {"email": " Ada@Example.org"}))
    for _ in range(2):
        ingest_file(path)
    assert ask(SUPPRESSED) == [("ada", "ada@example.org", "2020-05-01", "m1")]
    assert ask("select count(*) from consent.ledger") == [(0,)]


@pytest.mark.parametrize(
    ("event", "properties"),
    [
        ("Email Bounced", {"type": "soft"}),
        ("Email Bounced", {"bounce_type": "Transient"}),
        ("Email Bounced", {"type": "blocked"}),
        ("Email Bounced", {"bounceType": "SoftBounce"}),
        ("Email Bounced", {"bounce_type": "Mailbox Full"}),
        ("Email Soft Bounced", {}),
        ("Push Notification Bounced", {}),
    ],
)
def test_a_soft_bounce_suppresses_nothing(
    event: str, properties: dict[str, Any], track: Make, write_lines: WriteLines, ask: Ask
) -> None:
    ingest_file(write_lines(track("m1", event=event, properties=properties)))
    assert ask(SUPPRESSED) == []


def test_a_bounce_names_its_address_in_the_traits_of_its_context(
    track: Make, write_lines: WriteLines, ask: Ask
) -> None:
    traits = {"traits": {"email": "ada@example.org"}}
    ingest_file(write_lines(track("m1", event="Email Bounced", context=traits), track("m2", event="Email Bounced")))
    assert [row[1] for row in ask(f"{SUPPRESSED} order by message_id")] == ["ada@example.org", None]


def test_names_that_postgresql_may_fold_to_a_withdrawal_are_handed_to_it_and_no_others() -> None:
    names = ["Unsubscribed", " email_unsubscribed", "EMA\u0130L UNSUBSCRIBED", "Product Viewed", None]
    assert that_may_fold_to(names, {"unsubscribed", "emailunsubscribed"}) == set(names[:3])
