"""perennial experiments, as a person types it."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from perennial.console.cli.main import app
from tests.experimentation.markets import spenders


def perennial(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["experiments", *map(str, words)])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "experiment.parquet"
    pq.write_table(spenders(np.random.default_rng(1), 2000, 0.5), path)
    return path


def analyzed(file: Path, *words: str | Path) -> Result:
    return perennial("analyze", file, "--arm", "arm", "--control", "holdout", *words)


def test_a_person_reads_arms_lift_and_a_verdict(file: Path) -> None:
    done = analyzed(file, "--metric", "spend", "--metric", "clicks/sends", "--covariate", "before")
    assert done.exit_code == 0, done.output
    words = " ".join(done.output.split())
    assert "Arms are as large as expected" in words
    assert "spend, email: Higher than the control: +" in words
    assert "of the variance" in words


def test_a_program_reads_json(file: Path) -> None:
    done = analyzed(file, "--metric", "spend", "--sequential", "--time", "day", "--json", "--covariate", "before")
    report = json.loads(done.stdout)
    assert report["is_sequential"] is True
    assert report["comparisons"][0]["verdict"] == "higher"
    assert report["comparisons"][0]["interval"].keys() == {"estimate", "low", "high"}
    assert len(report["looks"]) == 20


@pytest.mark.parametrize(("suffix", "magic"), [(".svg", b"<svg"), (".png", b"\x89PNG")])
def test_the_interval_over_time_is_plotted(file: Path, suffix: str, magic: bytes, tmp_path: Path) -> None:
    plot = tmp_path / f"lift{suffix}"
    done = analyzed(file, "--metric", "spend", "--metric", "bought", "--time", "day", "--picture", plot)
    assert done.exit_code == 0, done.output
    assert plot.read_bytes().startswith(magic)


def test_a_plot_needs_days_and_a_known_format(file: Path, tmp_path: Path) -> None:
    without = analyzed(file, "--metric", "spend", "--picture", tmp_path / "lift.svg")
    assert (without.exit_code, "--time" in without.output) == (2, True)
    unknown = analyzed(file, "--metric", "spend", "--time", "day", "--picture", tmp_path / "lift.bmp")
    assert (unknown.exit_code, ".svg or .png" in unknown.output) == (2, True)


def test_bad_input_is_explained_with_exit_code_2(file: Path, tmp_path: Path) -> None:
    misspelt = analyzed(file, "--metric", "spent")
    assert (misspelt.exit_code, "did you mean 'spend'" in misspelt.output) == (2, True)
    gone = analyzed(tmp_path / "gone.csv", "--metric", "spend", "--json")
    assert gone.exit_code == 2
    assert "gone.csv" in json.loads(gone.stdout)["error"]
    share = analyzed(file, "--metric", "spend", "--expected-share", "holdout")
    assert (share.exit_code, "ARM=SHARE" in share.output) == (2, True)


def test_a_sample_ratio_mismatch_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "broken.parquet"
    pq.write_table(pa.table({"arm": ["holdout"] * 400 + ["email"] * 600, "y": np.arange(1000) % 5}), path)
    assert "Sample ratio mismatch" in analyzed(path, "--metric", "y").output
    shares = ("--expected-share", "holdout=0.4", "--expected-share", "email=0.6")
    assert "Sample ratio mismatch" not in analyzed(path, "--metric", "y", *shares).output


def test_power_gives_days_or_the_smallest_lift() -> None:
    days = perennial("power", "--baseline", "0.04", "--lift", "0.05", "--units-per-day", "5000")
    assert days.exit_code == 0, days.output
    assert "62 days" in " ".join(days.output.split())
    smallest = perennial("power", "--baseline", "0.04", "--days", "14", "--units-per-day", "5000", "--json")
    assert json.loads(smallest.stdout)["lift"] == pytest.approx(0.106, abs=0.001)
    assert perennial("power", "--baseline", "0.04").exit_code == 2
