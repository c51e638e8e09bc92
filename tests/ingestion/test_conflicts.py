"""A message id that comes again: a retry is a duplicate, other content is reported and kept, and its refusals count."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perennial.ingestion import Attestation, batches, ingest_file

pytestmark = pytest.mark.integration

Make = Callable[..., dict[str, Any]]
WriteLines = Callable[..., Path]
Ask = Callable[..., list[tuple[Any, ...]]]

REUSED = "message id reused with other content"
ISSUES = "select message_id, line, payload::jsonb ->> 'userId' from raw.data_issues order by 1, 2"


@pytest.mark.parametrize(
    "retried",
    [
        {},
        {"sentAt": "2020-05-01T10:07:00Z"},
        {"context": {"ip": "10.0.0.9", "network": {"wifi": False}}},
        {"timestamp": "2020-05-01T10:00:03Z"},
        {"userId": " ada"},
    ],
)
def test_a_retry_is_a_duplicate(retried: dict[str, Any], track: Make, write_lines: WriteLines, ask: Ask) -> None:
    first = ingest_file(write_lines(track("m1", context={"ip": "::1"}), name="a.jsonl"))
    again = ingest_file(write_lines(track("m1", **{"context": {"ip": "::1"}, **retried}), name="b.jsonl"))
    assert (first.count_loaded, again.count_duplicate, again.count_conflicting) == (1, 1, 0)
    assert ask("select count(*) from raw.data_issues") == [(0,)]


@pytest.mark.parametrize(
    "other",
    [
        {"userId": "eve"},
        {"event": "Product Added"},
        {"properties": {"product_id": "p2"}},
        {"anonymousId": "device-1"},
        {"timestamp": "2020-05-03T10:00:00Z"},
        {"traits": {"plan": "gold"}},
        {"context": {"traits": {"plan": "gold"}}},
        {"context": {"consent": {"categoryPreferences": {"email": True}}}},
        {"type": "page", "event": None},
    ],
)
@pytest.mark.parametrize("is_one_file", [True, False])
def test_other_content_is_reported_and_the_first_stays(
    is_one_file: bool, other: dict[str, Any], track: Make, write_lines: WriteLines, ask: Ask
) -> None:
    lines = [track("m1"), track("m1", **other)]
    files = [lines] if is_one_file else [[line] for line in lines]
    reports = [ingest_file(write_lines(*file, name=f"{number}.jsonl")) for number, file in enumerate(files)]
    assert reports[-1].count_conflicting == 1
    assert reports[-1].issues == {REUSED: 1}
    assert reports[-1].examples[0].what == REUSED
    assert ask("select user_id, event from raw.events") == [("ada", "Product Viewed")]
    assert ask(ISSUES) == [("m1", 2 if is_one_file else 1, other.get("userId", "ada"))]


def test_each_other_content_is_kept_once(track: Make, write_lines: WriteLines, ask: Ask) -> None:
    path = write_lines(*(track("m1", userId=user) for user in ("ada", "eve", "eve", "bob", "ada")))
    for _ in range(2):
        assert ingest_file(path).count_conflicting == 3
    assert ask("select payload::jsonb ->> 'userId' from raw.data_issues order by 1") == [("bob",), ("eve",)]


def test_conflicts_are_found_across_batches_and_when_all_is_loaded_together(
    track: Make, write_lines: WriteLines, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "MAX_BATCH_LINES", 2)
    path = write_lines(*(track(f"m{number % 3}", userId=f"u{number // 3}") for number in range(9)))
    assert ingest_file(path, strict=True).count_conflicting == 6
    assert ingest_file(path).count_conflicting == 6
    assert ask("select count(*) from raw.data_issues") == [(6,)]
    assert ask("select distinct user_id from raw.events") == [("u0",)]


def test_a_refusal_under_a_message_id_used_before_is_a_refusal(stated: Make, write_lines: WriteLines, ask: Ask) -> None:
    ingest_file(write_lines(stated("m1", {"email": True}), stated("m2", {"email": True}, timestamp="2020-05-05")))
    ingest_file(write_lines(stated("m1", {"email": False, "sms": True}, timestamp="2020-05-03"), name="b.jsonl"))
    assert ask(
        "select purpose, is_granted, valid_from::date::text, message_id from consent.ledger order by valid_from"
    ) == [
        ("email", True, "2020-05-01", "m1"),
        ("email", False, "2020-05-03", "m1"),
        ("email", True, "2020-05-05", "m2"),
    ]


def test_such_a_refusal_stands_against_a_later_attestation(stated: Make, write_lines: WriteLines, ask: Ask) -> None:
    ingest_file(write_lines(stated("m1", {}, userId="bob"), stated("m2", {}, timestamp="2020-05-05")))
    ingest_file(write_lines(stated("m2", {}, timestamp="2020-05-05")), attest=Attestation(("email",), "terms"))
    ingest_file(write_lines(stated("m1", {"email": False}, timestamp="2020-05-03")))
    assert ask("select * from consent.granted('email', '2021-01-01')") == []
