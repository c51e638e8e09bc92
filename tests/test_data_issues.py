"""What could not be used of the events is counted by kind, wherever it was found, with what to do about it."""

import re
from datetime import UTC, datetime

import pytest

from perennial.data_issues import ADVICE, DataIssueCount, read_data_issues
from perennial.database import Role, connect
from perennial.ingestion.events.issues import IssueKind
from perennial.settings import PROJECT_ROOT

MARTS = """
    create table marts.data_issues (
        kind text, subject text, detail text, source text, message_id text, occurred_at timestamptz, amount numeric
    )
"""


def report(kind: str, message_id: str | None, detail: str, source: str = "events.jsonl") -> None:
    with connect(Role.LOADER) as connection:
        connection.execute(
            "insert into raw.data_issues (kind, message_id, detail, source, fingerprint) values (%s, %s, %s, %s, %s)",
            [kind, message_id, detail, source, f"{kind}{message_id}{detail}"],
        )


def find_in_marts(kind: str, subject: str, occurred_at: datetime | None) -> None:
    with connect(Role.TRANSFORMER) as connection:
        connection.execute(
            "insert into marts.data_issues (kind, subject, detail, occurred_at) values (%s, %s, 'a reason', %s)",
            [kind, subject, occurred_at],
        )


def read() -> list[DataIssueCount]:
    with connect(Role.READER) as connection:
        return read_data_issues(connection)


@pytest.mark.integration
@pytest.mark.usefixtures("warehouse")
def test_each_kind_is_one_line_with_its_count_and_its_newest_example() -> None:
    assert read() == []
    report("alias to itself", "m1", "'u1'")
    report("alias to itself", "m2", "'u2'")
    report("file not read", None, "it is a table (CSV)", source="orders.csv")
    assert read() == [
        DataIssueCount("raw.data_issues", "alias to itself", 2, "m2", "'u2'"),
        DataIssueCount("raw.data_issues", "file not read", 1, "orders.csv", "it is a table (CSV)"),
    ]


@pytest.mark.integration
@pytest.mark.usefixtures("warehouse")
def test_what_the_warehouse_found_follows_once_it_is_built() -> None:
    report("alias to itself", "m1", "'u1'")
    with connect(Role.TRANSFORMER) as connection:
        connection.execute(MARTS)
    find_in_marts("order of two customers", "o1", datetime(2026, 1, 1, tzinfo=UTC))
    find_in_marts("order of two customers", "o2", datetime(2026, 1, 3, tzinfo=UTC))
    find_in_marts("order of two customers", "o3", None)
    ingested, built = read()
    assert ingested.kind == "alias to itself"
    assert built == DataIssueCount("marts.data_issues", "order of two customers", 3, "o2", "a reason")


def test_every_kind_that_ingestion_reports_says_what_to_do() -> None:
    assert {kind.value for kind in IssueKind} <= set(ADVICE)


def test_every_kind_that_the_warehouse_finds_says_what_to_do() -> None:
    model = (PROJECT_ROOT / "dbt_project" / "models" / "marts" / "data_issues.sql").read_text()
    expressions = re.findall(r"(?:select|union all)\s+((?:case [^\n]*|'[^']*')) as kind,", model)
    kinds = {kind for expression in expressions for kind in re.findall(r"'([^']*)'", expression)}
    assert len(kinds) > 10
    assert kinds - set(ADVICE) == set()


def test_a_kind_without_advice_says_where_its_rows_are() -> None:
    issue = DataIssueCount("marts.data_issues", "something new", 1_000, None, "a reason")
    assert issue.words == (
        "1,000 x something new (the newest: a reason). See them in marts.data_issues, whose source and message_id say "
        "where each came from."
    )
