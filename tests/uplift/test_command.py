"""The command as a person types it, the files it writes, and the plots."""

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from perennial.console.cli.main import app
from perennial.tabular.plot_files import PlotFileError
from perennial.uplift import UpliftReport, save_plot, save_table
from tests.uplift.trials import draw_trial

QUESTION = ("--treatment", "arm", "--treated", "email", "--control", "holdout", "--outcome", "spend")


def uplift(*words: str) -> Result:
    return CliRunner().invoke(app, ["uplift", *words])


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("trial") / "trial.parquet"
    draw_trial(1_200, mixed=2.0).drop(columns="truth").to_parquet(file)
    return file


def test_the_verdict_comes_first_and_the_files_are_written(trial: Path, tmp_path: Path) -> None:
    out, plot = tmp_path / "uplift.csv", tmp_path / "uplift.svg"
    options = ("--unit", "customer", "--risk", "risk", "--out", str(out), "--picture", str(plot))
    done = uplift(str(trial), *QUESTION, *options)
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("Personalise")
    for words in ("Qini", "persuadables", "targeting by uplift brings more", "as it should be"):
        assert words in " ".join(done.stdout.split())
    assert list(pd.read_csv(out)) == ["customer_id", "uplift", "low", "high", "segment"]
    assert plot.read_text().startswith("<svg")


def test_json_holds_the_report_alone(trial: Path) -> None:
    done = uplift(str(trial), *QUESTION, "--feature", "taste", "--cost", "0.2", "--margin", "0.5", "--json")
    report = json.loads(done.stdout)
    assert (report["features"], report["cost"], report["margin"]) == (["taste"], 0.2, 0.5)
    assert report["verdict"] in {"personalise", "treat_everyone", "treat_no_one", "cannot_tell"}


def test_bad_input_is_explained(trial: Path, tmp_path: Path) -> None:
    for words, message in (
        ((str(tmp_path / "none.csv"), *QUESTION), "There is no file"),
        ((str(trial), *QUESTION, "--picture", "uplift.gif"), "A plot is written as"),
        ((str(trial), *QUESTION, "--out", "uplift.xlsx"), "Customers are written as"),
        ((str(trial), *QUESTION[:-1], "revenue"), "no column 'revenue'"),
    ):
        done = uplift(*words)
        assert done.exit_code == 2
        assert message in done.output


def test_plots_and_tables_take_the_form_of_their_name(mixed_report: UpliftReport, tmp_path: Path) -> None:
    save_plot(mixed_report, tmp_path / "uplift.png")
    assert (tmp_path / "uplift.png").read_bytes().startswith(b"\x89PNG")
    save_table(mixed_report, tmp_path / "uplift.parquet")
    assert len(pd.read_parquet(tmp_path / "uplift.parquet")) == mixed_report.rows
    with pytest.raises(PlotFileError, match="no folder"):
        save_plot(mixed_report, tmp_path / "nowhere" / "uplift.png")
