"""What a run offers to type next can be typed, and answered."""

import os
import shlex
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from perennial.audiences import Run
from perennial.console.cli.next_steps import next_steps, typed_command
from perennial.console.cli.run_summary import ModelEvaluation
from perennial.settings import Settings

BIN = Path(sys.executable).parent
DAY = date(2026, 1, 4)


def run(stage: str, members: int, held_out: int = 0, model_version: str | None = None) -> Run:
    moment = datetime(2026, 1, 5, tzinfo=UTC)
    ordered = model_version or "a rule"
    return Run(
        stage, stage, DAY, moment, ordered, model_version, members, "x" * 64, 0, held_out, moment, 0, is_stale=False
    )


def settings(home: Path) -> Settings:
    return Settings(home=home, mlflow_url="http://m", airflow_url="http://a", api_url="http://s", airflow_password="p")


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose `.venv/bin` is this environment's."""
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "bin").symlink_to(BIN)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "executable", str(tmp_path / ".venv" / "bin" / "python"))
    return tmp_path


def test_only_audiences_with_members_and_trained_models_are_offered(tmp_path: Path) -> None:
    models = [
        ModelEvaluation("activation", "none", "no_model", "too few", {}),
        ModelEvaluation("churn_risk", "1", "trained", "good", {}),
    ]
    audiences = [run("prospect", 3), run("engagement", 2, held_out=2), run("retention", 4, model_version="1")]
    steps = next_steps(settings(tmp_path), audiences, models)
    assert "audiences pull retention --out retention.csv" in steps
    assert "models report churn_risk" in steps
    assert "prospect" not in steps
    assert "Data Docs" not in steps
    assert "http://m/#/experiments?workflowType=machine_learning" in steps


def test_a_home_with_nobody_to_contact_and_no_model_is_offered_neither(tmp_path: Path) -> None:
    (tmp_path / "data-docs").mkdir()
    (tmp_path / "data-docs" / "index.html").touch()
    steps = next_steps(settings(tmp_path), [run("retention", 0)], [])
    assert "pull" not in steps
    assert "models" not in steps
    assert "Data Docs of the gate" in steps


def test_without_an_activated_environment_the_command_is_its_path(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    assert typed_command() == ".venv/bin/perennial"
    done = subprocess.run([*shlex.split(typed_command()), "--version"], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("perennial ")
    (checkout / "elsewhere").mkdir()
    monkeypatch.chdir(checkout / "elsewhere")
    assert typed_command() == f"{checkout}/.venv/bin/perennial"


def test_in_an_activated_environment_it_is_its_name(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.pathsep.join([f"{checkout}/.venv/bin", "/usr/bin"]))
    assert typed_command() == "perennial"
