"""perennial simulate, as a person types it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from perennial.console.cli.main import app


def simulate(*words: str) -> Result:
    return CliRunner().invoke(app, ["simulate", *words])


def test_it_writes_the_file_and_reports_how_much(tmp_path: Path) -> None:
    out = tmp_path / "market.jsonl"
    done = simulate("--customers", "50", "--days", "5", "--seed", "3", "--out", str(out), "--json")
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert report["count_lines"] == len(out.read_text().splitlines()) > 100
    assert report["bytes"] == out.stat().st_size


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--days", "3"), "--out"),
        (("--days", "30", "--start", "2999-01-01", "--out", "x"), "future"),
        (("--start", "soon", "--out", "x"), "YYYY-MM-DD"),
        (("--out", "nowhere/at/all.jsonl"), "folder"),
        (("--compare", "the-moon"), "complete-journey"),
    ],
)  # fmt: skip
def test_bad_usage_is_answered_with_its_remedy(words: tuple[str, ...], message: str) -> None:
    done = simulate(*words)
    assert done.exit_code == 2
    assert message in done.output.replace("\n", " ")
