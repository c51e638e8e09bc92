"""perennial gate accept | list, and the gate's findings wherever a result is read."""

import json
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console, Group
from typer.testing import CliRunner, Result

from expectations import GateFailedError, validate_raw
from perennial.console.cli.gate_views import list_findings, render_findings
from perennial.console.cli.main import app
from perennial.ingestion import ingest_file

pytestmark = pytest.mark.integration

DAY = date(2017, 3, 1)
STALE = "events reach up to the day"


def perennial(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.fixture
def stopped(warehouse: Path, tmp_path: Path) -> None:
    """One event, and a gate that misses all of the twenty days after it."""
    assert warehouse
    event = {"type": "page", "userId": "a", "messageId": "m1", "timestamp": f"{DAY}T10:00:00Z"}
    (tmp_path / "events.jsonl").write_text(json.dumps(event))
    ingest_file(tmp_path / "events.jsonl")
    with pytest.raises(GateFailedError):
        validate_raw(date(2017, 3, 21))


@pytest.mark.usefixtures("stopped")
def test_a_finding_is_accepted_and_listed_with_who_and_why() -> None:
    before = json.loads(perennial("gate", "list", "--json").stdout)
    assert [(one["check"], one["severity"], one["accepted"]) for one in before["findings"]] == [
        (STALE, "critical", None)
    ]
    assert before["accepted"] == []
    for _ in range(2):
        done = perennial("gate", "accept", STALE, "--until", "2017-03-31", "--why", "the server was down", "--json")
        assert done.exit_code == 0, done.output
    validate_raw(date(2017, 3, 21))
    after = json.loads(perennial("gate", "list", "--json").stdout)
    (accepted,) = after["accepted"]
    assert (accepted["check"], accepted["until_on"], accepted["why"]) == (STALE, "2017-03-31", "the server was down")
    assert accepted["accepted_by"]
    assert "the server was down" in after["findings"][0]["accepted"]
    printed = " ".join(perennial("gate", "list").output.split())
    assert "holds" in printed
    assert "the server was down" in printed
    with pytest.raises(GateFailedError):
        validate_raw(date(2017, 4, 1))


@pytest.mark.usefixtures("stopped")
def test_what_cannot_be_accepted_is_bad_usage() -> None:
    unknown = perennial("gate", "accept", "freshness", "--until", "2017-03-31", "--why", "x")
    assert unknown.exit_code == 2
    assert STALE in " ".join(unknown.output.split())
    assert perennial("gate", "accept", STALE, "--until", "soon", "--why", "x").exit_code == 2
    assert perennial("gate", "accept", STALE, "--until", "2017-02-01", "--why", "x").exit_code == 2


@pytest.mark.usefixtures("stopped")
def test_findings_are_shown_with_what_to_do() -> None:
    console = Console(width=2000)
    with console.capture() as captured:
        console.print(Group(*render_findings(list_findings())))
    assert "critical (raw as of 2017-03-21): events reach up to the day: expected" in captured.get()
    assert "perennial gate accept" in captured.get()


@pytest.mark.usefixtures("warehouse")
def test_without_any_run_there_is_nothing_to_show() -> None:
    assert render_findings(list_findings()) == []
    assert "found nothing" in perennial("gate", "list").output
