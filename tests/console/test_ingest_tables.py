"""perennial ingest orders | customers | consents: shown first, loaded as shown, and answered with what to type."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from perennial.console.cli.main import app
from perennial.database import Role, connect

pytestmark = pytest.mark.integration

CASES = Path(__file__).parents[1] / "cases" / "orders"
EXPORT = str(CASES / "shop-export-lines.csv")


def perennial(*arguments: str, exit_code: int = 0) -> str:
    result = CliRunner().invoke(app, ["ingest", *arguments])
    assert result.exit_code == exit_code, result.output
    return " ".join(result.output.split())


def test_a_dry_run_shows_columns_and_first_orders_and_writes_nothing(warehouse: Path) -> None:
    assert warehouse.exists()
    shown = perennial("orders", EXPORT, "--dry-run")
    for part in (
        "Customer Id guessed",
        "not read: Paid at, Subtotal",
        "new completed",
        "#1001",
        "Nothing was written.",
    ):
        assert part in shown
    assert "rows without customer are guests' orders" in shown
    assert "stated otherwise since" in shown
    preview = json.loads(perennial("orders", EXPORT, "--dry-run", "--json"))
    assert preview["counts"]["Order Completed"] == {"new": 3}
    assert preview["first"][0]["message"]["properties"]["total"] == 65
    loaded = json.loads(perennial("orders", EXPORT, "--json"))
    assert loaded["ingested"]["count_loaded"] == 6
    assert json.loads(perennial("orders", EXPORT, "--dry-run", "--json"))["counts"]["Order Completed"] == {"known": 3}


def test_a_dry_run_of_sales_without_numbers_says_that_a_changed_row_is_another_sale(warehouse: Path) -> None:
    assert warehouse.exists()
    shown = perennial("orders", str(CASES / "till-without-numbers.csv"), "--dry-run")
    assert "a row that was changed since, or has a new column, is another sale." in shown


def test_columns_and_currency_can_be_given(warehouse: Path, tmp_path: Path) -> None:
    assert warehouse.exists()
    path = tmp_path / "t.csv"
    path.write_text("id;who;day;sum;extra\n1;c;01/02/2026;1.299;5\n")
    given = ["--customer", "who", "--order", "id", "--time", "day", "--total", "sum", "--currency", "EUR"]
    given += ["--column", "discount=extra", "--decimal-mark", ",", "--date-order", "dmy", "--json"]
    preview = json.loads(perennial("orders", str(path), *given, "--dry-run"))
    assert json.loads(perennial("orders", str(path), *given))["ingested"]["count_loaded"] == 1
    properties = preview["first"][0]["message"]["properties"]
    assert (properties["total"], properties["currency"], properties["discount"]) == (1299, "EUR", 5)
    assert preview["first"][0]["message"]["timestamp"].startswith("2026-02-01")


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (["orders", EXPORT, "--customer", "Custmer Id"], "did you mean 'Customer Id'"),
        (["orders", EXPORT, "--column", "Total"], "give it as MEANING=COLUMN"),
        (["orders", EXPORT, "--time-zone", "Mars"], "Mars is no time zone"),
        (["orders", EXPORT, "--as-of", "soon"], "give a day or a time"),
        (["orders", EXPORT, "--evidence", "x"], "--evidence belongs to --attest-consent"),
        (["orders", EXPORT, "--attest-consent", "email"], "needs --evidence"),
        (["orders", "nowhere.csv"], "nowhere.csv cannot be read"),
        (["orders", EXPORT, "--encoding", "klingon"], "klingon is no encoding"),
        (["customers", EXPORT, "--consent", "email"], "give it as PURPOSE=COLUMN"),
        (["consents", EXPORT], "like the grant of consents: give --granted COLUMN or --consent PURPOSE=COLUMN"),
    ],
)
def test_what_cannot_be_done_is_answered_with_what_to_type(warehouse: Path, arguments: list[str], advice: str) -> None:
    assert warehouse.exists()
    assert advice in perennial(*arguments, exit_code=2)


def test_a_table_of_which_every_row_is_refused_is_exit_1(warehouse: Path, tmp_path: Path) -> None:
    assert warehouse.exists()
    path = tmp_path / "t.csv"
    path.write_text("order,customer,date,total\n1,,2026-01-01,1\n")
    refused = json.loads(perennial("orders", str(path), "--json", exit_code=1))
    assert refused["ingested"]["reasons"] == {"a row without customer": 1}


def test_consent_is_attested_on_every_table(warehouse: Path, tmp_path: Path) -> None:
    assert warehouse.exists()
    path = tmp_path / "t.csv"
    path.write_text("order,customer,date,total,purpose,granted\n1,c,2026-01-01,1,sms,yes\n")
    for command in ("orders", "customers", "consents"):
        perennial(command, str(path), "--attest-consent", "email", "--evidence", f"box of {command}")
    with connect(Role.READER) as connection:
        attested = connection.execute("select evidence from consent.ledger where source = 'attested'").fetchall()
    assert attested == [("box of orders",)]
