"""A person's word for a history's consents: recorded with its evidence, and never against the customer's own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perennial.ingestion import Attestation, RejectedLinesError, batches, ingest_file

pytestmark = pytest.mark.integration

Make = Callable[..., dict[str, Any]]
WriteLines = Callable[..., Path]
Ask = Callable[..., list[tuple[Any, ...]]]

EMAIL = Attestation(("email",), "newsletter form of 2018, archive box 4")
GRANTED = "select customer_id from consent.granted('email', '2022-01-01') order by 1"


@pytest.mark.parametrize("evidence", ["", "  \n"])
def test_evidence_must_be_given(evidence: str) -> None:
    with pytest.raises(ValueError, match="needs evidence"):
        Attestation(("email",), evidence)


def test_purposes_must_be_given() -> None:
    with pytest.raises(ValueError, match="names at least one purpose"):
        Attestation((), "terms")


def test_an_unknown_purpose_is_reported_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"'e-mail' is no purpose; there are: profiling, training, email, .*lifecycle"):
        Attestation(("email", "e-mail"), "terms")


def test_every_customer_is_granted_from_their_first_event_in_the_file(
    track: Make, write_lines: WriteLines, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "MAX_BATCH_LINES", 1)
    path = write_lines(
        track("m1", timestamp="2020-03-01T00:00:00Z"),
        track("m2", timestamp="2020-01-01T00:00:00Z"),
        track("m3", userId=None, anonymousId="anon", timestamp="2020-02-01T00:00:00Z"),
        b"refused",
    )
    ingest_file(path, attest=Attestation(("email", "training", "email"), "terms"))
    columns = "customer_id, purpose, valid_from::date::text, source, evidence"
    assert ask(f"select {columns} from consent.ledger order by 1, 2") == [
        ("ada", "email", "2020-01-01", "attested", "terms"),
        ("ada", "training", "2020-01-01", "attested", "terms"),
        ("anon", "email", "2020-02-01", "attested", "terms"),
        ("anon", "training", "2020-02-01", "attested", "terms"),
    ]


def test_it_can_be_given_for_a_file_that_is_loaded_already_and_only_once(
    track: Make, write_lines: WriteLines, ask: Ask
) -> None:
    path = write_lines(track("m1"))
    ingest_file(path)
    assert ask(GRANTED) == []
    ingest_file(path, attest=EMAIL)
    ingest_file(path, attest=Attestation(("email",), "other words"))
    assert ask(GRANTED) == [("ada",)]
    assert ask("select evidence from consent.ledger") == [(EMAIL.evidence,)]


def test_a_withdrawal_after_it_holds_and_is_not_undone_by_the_same_file_again(
    track: Make, stated: Make, write_lines: WriteLines, ask: Ask
) -> None:
    path = write_lines(track("m1", timestamp="2020-01-01"), stated("m2", {"email": False}, timestamp="2020-06-01"))
    ingest_file(path, attest=EMAIL)
    ingest_file(path, attest=EMAIL)
    assert ask(GRANTED) == []


def test_a_later_file_does_not_attest_away_an_earlier_withdrawal(
    track: Make, stated: Make, write_lines: WriteLines, ask: Ask
) -> None:
    ingest_file(write_lines(stated("m1", {"email": False}, timestamp="2020-01-01")))
    ingest_file(write_lines(track("m2", timestamp="2021-01-01")), attest=EMAIL)
    assert ask(GRANTED) == []


def test_a_withdrawal_that_arrives_late_holds_against_it(
    track: Make, stated: Make, write_lines: WriteLines, ask: Ask
) -> None:
    ingest_file(write_lines(track("m2", timestamp="2021-01-01")), attest=EMAIL)
    assert ask(GRANTED) == [("ada",)]
    ingest_file(write_lines(stated("m1", {"email": False}, timestamp="2020-01-01")))
    assert ask(GRANTED) == []


def test_a_late_withdrawal_does_not_undo_a_consent_given_after_it(
    track: Make, stated: Make, write_lines: WriteLines, ask: Ask
) -> None:
    ingest_file(write_lines(track("m3", timestamp="2021-01-01")), attest=EMAIL)
    ingest_file(write_lines(stated("m4", {"email": True}, timestamp="2021-06-01")))
    ingest_file(write_lines(stated("m1", {"email": False}, timestamp="2020-01-01")))
    assert ask(GRANTED) == [("ada",)]


def test_a_consent_given_again_after_a_withdrawal_can_be_attested_on(
    track: Make, stated: Make, write_lines: WriteLines, ask: Ask
) -> None:
    ingest_file(
        write_lines(
            stated("m1", {"email": False}, timestamp="2020-01-01"),
            stated("m2", {"email": True}, timestamp="2020-02-01"),
        )
    )
    ingest_file(write_lines(track("m3", timestamp="2021-01-01")), attest=EMAIL)
    assert ask(GRANTED) == [("ada",)]


def test_a_refused_strict_file_attests_nothing(track: Make, write_lines: WriteLines, ask: Ask) -> None:
    with pytest.raises(RejectedLinesError):
        ingest_file(write_lines(track("m1"), b"bad"), strict=True, attest=EMAIL)
    assert ask("select count(*) from consent.ledger") == [(0,)]
