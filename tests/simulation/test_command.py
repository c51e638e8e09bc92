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


def test_a_shape_has_a_size_of_its_own_unless_another_is_asked_for(tmp_path: Path) -> None:
    options = ("--shape", "growing", "--start", "2024-03-01", "--out", str(tmp_path / "brand.jsonl.gz"), "--json")
    own, asked = (
        json.loads(simulate(*options, *more).stdout)
        for more in ((), ("--customers", "50", "--days", "9", "--seed", "3"))
    )
    assert (own["customers"], own["days"], own["as_of"]) == (2_000, 21, "2024-03-21")
    assert (asked["customers"], asked["days"], asked["as_of"]) == (50, 9, "2024-03-09")
    assert asked["truth"] == str(tmp_path / "brand.truth.csv")
    assert len(Path(asked["truth"]).read_text().splitlines()) == 51


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--days", "3"), "--out"),
        (("--days", "30", "--start", "2999-01-01", "--out", "x"), "future"),
        (("--start", "soon", "--out", "x"), "YYYY-MM-DD"),
        (("--out", "nowhere/at/all.jsonl"), "folder"),
        (("--compare", "the-moon"), "complete-journey"),
        (("--compare", "complete-journey", "--shape", "weekly", "--days", "9"), "leave out --shape, --days"),
        (("--shape", "square", "--out", "x"), "weekly, subscription"),
        (("--shape", "weekly"), "--out"),
        (("--shape", "weekly", "--start", "2999-01-01", "--out", "x"), "future"),
        (("--shape", "peak_and_outage", "--days", "9", "--out", "x"), "51 days"),
    ],
)  # fmt: skip
def test_bad_usage_is_answered_with_its_remedy(words: tuple[str, ...], message: str) -> None:
    done = simulate(*words)
    assert done.exit_code == 2
    assert message in done.output.replace("\n", " ")
