"""Tables of customers and of consents: traits as they are known since when, consent only as it was given."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from perennial.ingestion import (
    Attestation,
    TableOptions,
    UnreadableFileError,
    ingest_consents,
    ingest_customers,
    ingest_orders,
    preview_consents,
    preview_customers,
)

pytestmark = pytest.mark.integration

Ask = Callable[..., list[tuple[Any, ...]]]

CUSTOMERS = """Customer ID,First Name,Email,Accepts Email Marketing,Created At,Tier
501,Ada,ada@example.org,yes,2026-01-02 10:00:00 +0100,gold
502,Bea,bea@example.org,no,2026-02-02 10:00:00 +0100,
,Nobody,x@example.org,no,2026-02-02 10:00:00 +0100,
"""
LEDGER = """
select customer_id, purpose, is_granted, valid_from::date::text, source from consent.ledger
order by customer_id, purpose, valid_from
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def make(content: str, name: str = "table.csv") -> Path:
        path = tmp_path / name
        path.write_text(content)
        return path

    return make


def test_every_column_is_a_trait_and_a_row_of_nobody_is_refused(write: Callable[..., Path], ask: Ask) -> None:
    report = ingest_customers(write(CUSTOMERS))
    assert report.ingested.reasons == {"a row without customer": 1}
    rows = ask("select user_id, occurred_at::text, traits from raw.events where type = 'identify' order by 1")
    assert rows[0] == (
        "501",
        "2026-01-02 09:00:00+00",
        {
            "firstName": "Ada",
            "email": "ada@example.org",
            "accepts_email_marketing": "yes",
            "created_at": "2026-01-02T09:00:00Z",
            "tier": "gold",
        },
    )
    assert "tier" not in rows[1][2]


def test_a_column_that_only_looks_like_consent_refuses_and_never_grants(write: Callable[..., Path], ask: Ask) -> None:
    report = ingest_customers(write(CUSTOMERS))
    assert ask(LEDGER) == [("502", "email", False, "2026-02-02", "event")]
    assert any("give --consent 'email=Accepts Email Marketing'" in note for note in report.reading.notes)


def test_a_column_given_as_consent_grants_from_the_moment_of_the_table_on(write: Callable[..., Path], ask: Ask) -> None:
    options = TableOptions(as_of=datetime(2026, 3, 1, tzinfo=UTC))
    ingest_customers(write(CUSTOMERS), options=options, consents={"email": "Accepts Email Marketing"})
    assert ask(LEDGER) == [
        ("501", "email", True, "2026-03-01", "event"),
        ("502", "email", False, "2026-03-01", "event"),
    ]


def test_customers_again_change_nothing_and_a_change_is_known_since_the_export(
    write: Callable[..., Path], ask: Ask
) -> None:
    ingest_customers(write(CUSTOMERS))
    assert ingest_customers(write(CUSTOMERS)).ingested.count_loaded == 0
    later = CUSTOMERS.replace("gold", "silver") + "503,Cy,cy@example.org,,2026-03-05,\n"
    # The newcomer, the change, and the refusal that still holds at the moment of this export.
    for count in (3, 0):
        assert ingest_customers(write(later)).ingested.count_loaded == count
    tiers = ask(
        "select occurred_at::date::text, traits ->> 'tier' from raw.events where user_id = '501' order by occurred_at"
    )
    assert tiers == [("2026-01-02", "gold"), ("2026-03-05", "silver")]


def test_customers_without_any_time_need_to_know_when_they_were_exported(write: Callable[..., Path], ask: Ask) -> None:
    path = write("customer_id,email\nc-1,a@example.org\n")
    with pytest.raises(UnreadableFileError, match="or --as-of TIME, when the table was exported"):
        ingest_customers(path)
    ingest_customers(path, options=TableOptions(as_of=datetime(2026, 3, 1, tzinfo=UTC)))
    assert ask("select user_id, occurred_at::date::text from raw.events") == [("c-1", "2026-03-01")]


def test_consents_by_row_stand_in_the_ledger_as_they_were_given(write: Callable[..., Path], ask: Ask) -> None:
    rows = (
        "c-1;Email;ja;01.02.2026 10:00\nc-1;email;nein;01.03.2026 10:00\nc-2;profiling;granted;01.02.2026\n"
        "c-3;;ja;01.02.2026\nc-4;email;perhaps;01.02.2026\nc-5;email;;01.02.2026\nc-6;email;ja;\n"
    )
    path = write("customer_id;purpose;granted;granted_at\n" + rows)
    report = ingest_consents(path).ingested
    assert report.reasons == {"a row without purpose": 1, "a row without time": 1}
    assert ask(LEDGER) == [
        ("c-1", "email", True, "2026-02-01", "event"),
        ("c-1", "email", False, "2026-03-01", "event"),
        ("c-2", "profiling", True, "2026-02-01", "event"),
        ("c-4", "email", False, "2026-02-01", "event"),
    ]
    assert ingest_consents(path).ingested.count_loaded == 0


def test_consents_by_column_stand_in_the_ledger(write: Callable[..., Path], ask: Ask) -> None:
    path = write("customer_id,news,texts,updated_at\nc-1,yes,no,2026-02-01\nc-2,,yes,2026-02-02\n")
    ingest_consents(path, consents={"email": "news", "sms": "texts"})
    assert [row[:3] for row in ask(LEDGER)] == [("c-1", "email", True), ("c-1", "sms", False), ("c-2", "sms", True)]


def test_an_unknown_purpose_is_reported_and_grants_nothing(write: Callable[..., Path], ask: Ask) -> None:
    report = ingest_consents(write("customer_id,purpose,granted,date\nc-1,telepathy,yes,2026-02-01\n")).ingested
    assert report.issues == {"unknown consent purpose": 1}
    assert ask("select count(*) from consent.granted('email', '2026-10-01')") == [(0,)]


def test_consents_need_a_purpose_or_columns_of_purposes(write: Callable[..., Path], ask: Ask) -> None:
    with pytest.raises(
        UnreadableFileError,
        match="no column looks like the grant of consents: give --granted COLUMN or --consent PURPOSE=COLUMN",
    ):
        ingest_consents(write("customer_id,news,updated_at\nc-1,yes,2026-02-01\n"))
    with pytest.raises(
        UnreadableFileError, match="no column looks like the purpose of consents: give --purpose COLUMN"
    ):
        ingest_consents(write("customer_id,consent,updated_at\nc-1,yes,2026-02-01\n"))
    assert ask("select count(*) from raw.loads") == [(0,)]


def test_what_was_attested_of_a_table_never_stands_against_its_own_refusals(
    write: Callable[..., Path], ask: Ask
) -> None:
    attest = Attestation(("email",), "newsletter form of 2018")
    ingest_customers(write(CUSTOMERS), attest=attest)
    granted = ask("select customer_id from consent.granted('email', '2026-10-01') order by 1")
    assert granted == [("501",)]
    orders = write("order,customer,date,total\nA1,c-9,2026-09-01,1\n", "orders.csv")
    ingest_orders(orders, attest=attest)
    assert ("c-9",) in ask("select customer_id from consent.granted('email', '2026-10-01')")


def test_previews_write_nothing(write: Callable[..., Path], ask: Ask) -> None:
    customers = preview_customers(write(CUSTOMERS))
    assert {name: counts["new"] for name, counts in customers.counts.items()} == {
        "identify": 2,
        "Segment Consent Preference Updated": 1,
    }
    consents = preview_consents(write("customer_id,purpose,granted,date\nc-1,email,yes,2026-02-01\n"))
    assert consents.first[0].message["context"] == {"consent": {"categoryPreferences": {"email": True}}}
    assert ask("select (select count(*) from raw.events), (select count(*) from consent.ledger)") == [(0, 0)]
