"""Tables in the warehouse: what changed is read once, by the contract; what cannot be read says what to type."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from perennial import lifecycle
from perennial.console.cli.main import app
from perennial.database import Role, connect
from perennial.ingestion import Attestation, IngestError, ingest_tables, preview_tables
from perennial.ingestion.warehouse_tables import ingest
from perennial.ingestion.warehouse_tables.contract import CONTRACTS
from perennial.settings import PROJECT_ROOT
from tests.docs.pages import table_rows

pytestmark = pytest.mark.integration

Ask = Callable[..., list[tuple[Any, ...]]]
Do = Callable[[str], None]

PAGE = (PROJECT_ROOT / "docs" / "your-data.md").read_text()
VIEW = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)[0]
SHOPIFY = """
create schema shopify;
create table shopify."order" (
    id bigint primary key, customer_id bigint, email text, created_at timestamptz, updated_at timestamptz,
    total_price numeric, currency text, financial_status text, cancelled_at timestamptz
);
create table shopify.order_line (id bigint, order_id bigint, sku text, title text, quantity int, price numeric);
create table shopify.transaction (order_id bigint, amount numeric, kind text, status text, created_at timestamptz);
insert into shopify."order" values
    (1, 501, 'ada@example.org', '2026-09-01 10:00Z', '2026-09-01 10:00Z', 30, 'EUR', 'paid', null),
    (2, 502, null, '2026-09-02 10:00Z', '2026-09-02 10:00Z', 5.50, 'EUR', 'paid', null),
    (3, null, null, '2026-09-02 10:00Z', '2026-09-02 10:00Z', 7, 'EUR', 'paid', null);
insert into shopify.order_line values
    (11, 1, 'mug', 'Mug', 1, 20), (12, 1, 'spoon', 'Spoon', 2, 5), (13, 2, 'fork', 'Fork', 1, 5.50);
"""
TEXT_FOR_A_MOMENT = """
drop view shopify.orders_for_perennial;
create table shopify.orders_for_perennial (
    order_id text, customer_id text, ordered_at text, total numeric, updated_at timestamptz
);
grant select on shopify.orders_for_perennial to loader;
"""
STATE = (
    "select message_id, event, user_id, occurred_at, properties, traits from raw.events order by 1",
    "select reason, line, fingerprint from raw.rejected_events order by 3",
    "select source, kind, cursor from raw.table_cursors order by 1, 2, 3",
    "select customer_id, purpose, is_granted, valid_from from consent.ledger order by 1, 2, 4",
)
ORDERS = """
select
    event, properties ->> 'order_id', (properties ->> 'total')::float, (properties ->> 'refunded_total')::float,
    occurred_at::date::text
from raw.events where type = 'track' order by occurred_at, 2
"""


@pytest.fixture
def do(warehouse: Path) -> Iterator[Do]:
    """Do something as the owner of the database, in which nothing of a shop lies afterwards."""

    def execute(statements: str) -> None:
        with connect(Role.OWNER) as connection:
            connection.execute(statements.encode())

    yield execute
    execute("drop schema if exists shopify cascade")
    (warehouse / "lifecycle.yml").write_text(lifecycle.DEFAULTS.read_text())
    lifecycle.load_lifecycle.cache_clear()


@pytest.fixture
def name_tables(warehouse: Path) -> Callable[..., None]:
    def name(**tables: str) -> None:
        text = ", ".join(f"{kind}: {table}" for kind, table in tables.items())
        (warehouse / "lifecycle.yml").write_text(f"tables: {{{text}}}\n")
        lifecycle.load_lifecycle.cache_clear()

    return name


@pytest.fixture
def shop(do: Do, name_tables: Callable[..., None]) -> Do:
    do(SHOPIFY + VIEW)
    name_tables(orders="shopify.orders_for_perennial")
    return do


def state(ask: Ask) -> list[Any]:
    return [ask(question) for question in STATE]


def test_orders_changes_and_refunds_are_read_once(shop: Do, ask: Ask) -> None:
    (report,) = ingest_tables()
    assert report.ingested.reasons == {"a row without customer": 1}
    assert ask(ORDERS) == [
        ("Order Completed", "1", 30, 0, "2026-09-01"),
        ("Order Completed", "2", 5.5, 0, "2026-09-02"),
    ]
    products = ask("select jsonb_path_query_array(properties, '$.products[*].product_id') from raw.events "
                   "where properties ->> 'order_id' = '1'")  # fmt: skip
    assert products == [(["mug", "spoon"],)]
    before = state(ask)
    assert [table.ingested.count_loaded for table in ingest_tables()] == [0]
    assert [table.ingested.count_loaded for table in ingest_tables(again=True)] == [0]
    assert state(ask) == before

    shop("""
        update shopify."order" set total_price = 9, updated_at = '2026-09-05 10:00Z' where id = 2;
        insert into shopify.transaction values (1, 12, 'refund', 'success', '2026-09-06 10:00Z');
    """)
    ingest_tables()
    assert ask(ORDERS)[2:] == [
        ("Order Updated", "2", 9, 0, "2026-09-05"),
        ("Order Updated", "1", 30, 12, "2026-09-06"),
    ]
    after = state(ask)
    ingest_tables()
    assert state(ask) == after


def test_only_what_changed_is_read_and_of_an_order_every_row(shop: Do, ask: Ask) -> None:
    shop("""
        create table shopify.lines as select * from shopify.orders_for_perennial;
        drop view shopify.orders_for_perennial;
        alter table shopify.lines rename to orders_for_perennial;
        grant select on shopify.orders_for_perennial to loader;
    """)
    ingest_tables()
    shop("update shopify.orders_for_perennial set quantity = 3, updated_at = '2026-09-05Z' where product_id = 'mug'")
    (report,) = ingest_tables()
    # Those of the newest moment before, and both lines of the order of which one changed.
    assert report.reading.count_rows == 4
    (newest,) = ask("select properties -> 'products' from raw.events where event = 'Order Updated'")
    assert [product["quantity"] for product in newest[0]] == [3, 2]


def test_a_late_row_of_the_newest_moment_is_read(shop: Do, ask: Ask) -> None:
    ingest_tables()
    shop("""
        insert into shopify."order" values
            (4, 503, null, '2026-09-02 09:00Z', '2026-09-02 10:00Z', 8, 'EUR', 'paid', null)
    """)
    ingest_tables()
    assert ask("select count(*) from raw.events where user_id = '503'") == [(1,)]


def test_a_clock_ahead_keeps_no_later_change_out(shop: Do, ask: Ask) -> None:
    shop("update shopify.\"order\" set updated_at = '2999-01-01Z' where id = 2")
    ingest_tables()
    assert ask("select max(cursor) <= now() from raw.table_cursors") == [(True,)]


@pytest.mark.usefixtures("shop")
def test_one_killed_before_its_cursor_changes_nothing_when_repeated(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(ingest, "write_cursor", die)
        with pytest.raises(KeyboardInterrupt):
            ingest_tables()
    before = state(ask)
    assert before[0]
    assert before[2] == []
    ingest_tables()
    after = state(ask)
    assert after[:2] == before[:2]
    assert len(after[2]) == 1


def test_customers_and_consents_are_read_by_their_contracts(do: Do, name_tables: Callable[..., None], ask: Ask) -> None:
    do("""
        create schema shopify;
        grant usage on schema shopify to loader;
        create table shopify.people (
            customer_id uuid, tier text, tags text[], accepts_email_marketing boolean, updated_at timestamp
        );
        insert into shopify.people values
            ('00000000-0000-4000-8000-000000000001', 'gold', '{a}', false, '2026-09-01 10:00'),
            ('00000000-0000-4000-8000-000000000002', 'iron', '{a}', true, null);
        create table shopify.consents (
            customer_id text, purpose text, granted boolean, consented_at date, updated_at timestamptz
        );
        insert into shopify.consents values
            ('c-1', 'email', true, '2026-08-01', '2026-09-01Z'), ('c-1', 'sms', false, '2026-08-01', '2026-09-01Z');
        grant select on shopify.people, shopify.consents to loader;
    """)
    name_tables(customers="shopify.people", consents="shopify.consents")
    people, consents = ingest_tables(attest=Attestation(("training",), "contract of 2025"))
    assert people.ingested.reasons == {"a row without updated_at": 1}
    assert any("tags" in note for note in people.reading.notes)
    assert ask("select traits ->> 'tier', occurred_at::text from raw.events where type = 'identify'") == [
        ("gold", "2026-09-01 10:00:00+00")
    ]
    assert consents.ingested.count_loaded == 2
    granted = (
        "select purpose, is_granted, valid_from::date::text from consent.ledger where customer_id = 'c-1' order by 1"
    )
    assert ask(granted) == [
        ("email", True, "2026-08-01"), ("sms", False, "2026-08-01"), ("training", True, "2026-08-01"),
    ]  # fmt: skip
    before = state(ask)
    ingest_tables()
    assert state(ask) == before


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ("drop view shopify.orders_for_perennial", "no such table or view in the database warehouse"),
        ("revoke all on shopify.orders_for_perennial from loader", 'grant select on "shopify"."orders_for_perennial"'),
        ("revoke all on schema shopify from loader", 'grant usage on schema "shopify" to loader'),
        ("alter view shopify.orders_for_perennial rename total to paid", "lacks total, which the contract of orders"),
        (
            TEXT_FOR_A_MOMENT,
            "ordered_at is text: select ordered_at::timestamptz in the view",
        ),
    ],
)
def test_a_table_that_cannot_be_read_says_what_to_type(shop: Do, ask: Ask, change: str, answer: str) -> None:
    shop(change)
    with pytest.raises(IngestError, match=re.escape(answer)):
        ingest_tables()
    assert ask("select count(*) from raw.loads") == [(0,)]


@pytest.mark.usefixtures("shop")
def test_a_preview_writes_nothing_and_the_command_shows_it(ask: Ask) -> None:
    (preview,) = preview_tables()
    assert preview.counts["Order Completed"] == {"new": 2}
    shown = CliRunner().invoke(app, ["ingest", "tables", "--dry-run"])
    assert shown.exit_code == 0, shown.output
    assert "Nothing was written." in shown.output
    assert state(ask) == [[], [], [], []]
    loaded = CliRunner().invoke(app, ["ingest", "tables"])
    assert loaded.exit_code == 0, loaded.output


@pytest.mark.usefixtures("do")
def test_without_tables_the_command_says_what_to_write() -> None:
    assert ingest_tables() == []
    answer = CliRunner().invoke(app, ["ingest", "tables"])
    assert answer.exit_code == 2
    assert "tables: {orders: shopify.orders_for_perennial}" in " ".join(answer.output.split())


@pytest.mark.parametrize("name", ["orders", "a.b.c", 'shopify."x; drop', "shopify.x y"])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "lifecycle.yml"
    path.write_text(f"tables: {{orders: '{name}'}}\n")
    with pytest.raises(lifecycle.LifecycleError, match=r"give a table or view as schema\.name"):
        lifecycle.read_lifecycle(path)


@pytest.mark.parametrize("kind", CONTRACTS)
def test_the_page_names_the_columns_of_the_contract(kind: str) -> None:
    (row,) = [row for row in table_rows(PAGE) if row[0] == kind]
    for words, is_required in zip(row[1:], (True, False), strict=True):
        named = set(re.findall(r"`(\w+)`", words))
        assert named == {column.name for column in CONTRACTS[kind].columns if column.is_required is is_required}
