"""The real ingest accepts every event of the market, with its consents."""

from pathlib import Path

import pytest

from perennial.database import Role, connect
from perennial.ingestion import ingest_file
from perennial.simulation import Market, MarketSettings, simulate_file
from tests.simulation.reading import happened, lines_of

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("warehouse")]


def test_not_one_line_is_rejected_with_all_of_the_mess(tmp_path: Path) -> None:
    settings = MarketSettings.default().with_mess(
        late=0.1, duplicated=0.1, out_of_order=0.1, clock_skew=0.2, bots=0.01, consent_changes=0.01
    )
    market = Market(400, seed=4, settings=settings)
    file = tmp_path / "market.jsonl.gz"
    written = simulate_file(market, 30, file)
    report = ingest_file(file)
    assert report.count_rejected == 0
    assert report.count_loaded == written.count_events
    assert report.count_duplicate == written.count_lines - written.count_events > 100


def test_the_ledger_holds_the_last_statement_of_each_customer(tmp_path: Path) -> None:
    settings = MarketSettings.default().with_mess(consent_refused=0.2, consent_changes=0.02)
    simulate_file(Market(300, seed=4, settings=settings), 25, tmp_path / "market.jsonl")
    ingest_file(tmp_path / "market.jsonl")
    preferences: dict[str, bool] = {}
    for line in sorted(lines_of(settings, customers=300, days=25, seed=4), key=happened):
        if consent := line["context"].get("consent"):
            preferences[line["userId"]] = consent["categoryPreferences"]["email"]
    with connect(Role.READER) as connection:
        rows = connection.execute("select customer_id from consent.granted('email', '2026-01-01')").fetchall()
        ties = connection.execute("select customer_id, other_id from identity.ties where kind = 'email'").fetchall()
    granted = {str(customer) for (customer,) in rows}
    agreed = {customer for customer, has_agreed in preferences.items() if has_agreed}
    # Whoever shares an address with somebody who refuses is not written to under it.
    beside_a_refusal = {str(one) for one, other in ties if preferences.get(str(other)) is False}
    assert granted <= agreed
    assert agreed - granted <= beside_a_refusal
    assert 0.5 < len(rows) / len(preferences) < 0.95


def test_the_times_in_the_warehouse_are_those_of_the_market(tmp_path: Path) -> None:
    settings = MarketSettings.default().with_mess(clock_skew=0.5, late=0.3)
    simulate_file(Market(200, seed=4, settings=settings), 10, tmp_path / "market.jsonl")
    ingest_file(tmp_path / "market.jsonl")
    expected = {line["messageId"]: happened(line) for line in lines_of(settings, customers=200, days=10, seed=4)}
    with connect(Role.READER) as connection:
        rows = connection.execute("select message_id, occurred_at from raw.events").fetchall()
    assert {str(message): occurred_at for message, occurred_at in rows} == expected
