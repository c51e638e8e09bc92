"""What to type and open after a run: only what this home can answer, as it can be typed here."""

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from perennial.settings import MODEL_VIEW, Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perennial.audiences import Run
    from perennial.console.cli.run_summary import ModelEvaluation


def next_steps(settings: Settings, audiences: "Sequence[Run]", models: "Sequence[ModelEvaluation]") -> str:
    """Commands, each with its meaning on a line below, then addresses: short lines, for a narrow terminal."""
    commands = [*_audience_steps(audiences), *_model_steps(models), ("status", "what runs, and what events lack")]
    perennial = typed_command()
    login = f"{settings.airflow_username} / {settings.require('airflow_password')}"
    data_docs = settings.home / "data-docs" / "index.html"
    addresses = [
        f"Airflow  {settings.airflow_url}\n    login {login}",
        f"MLflow   {settings.mlflow_url}/#/experiments{MODEL_VIEW}",
        f"API      {settings.api_url}/docs",
        *([f"Data Docs of the gate: {data_docs}"] if data_docs.exists() else []),
    ]
    return "\n".join([*(f"{perennial} {command}\n    {meaning}" for command, meaning in commands), *addresses])


def typed_command() -> str:
    """How `perennial` is typed in this shell: by its name where its environment is activated, else by its path."""
    path = Path(sys.executable).parent / "perennial"
    found = shutil.which("perennial")
    if found and Path(found).resolve() == path.resolve():
        return "perennial"
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)


def _audience_steps(audiences: "Sequence[Run]") -> list[tuple[str, str]]:
    with_members = [run for run in audiences if run.row_count > run.count_holdout]
    if not with_members:
        return []
    # The one whose order says most: a model's before a rule's.
    run = next((run for run in with_members if run.model_version), with_members[0])
    return [(f"audiences pull {run.stage} --out {run.stage}.csv", "members with scores, reasons and features")]


def _model_steps(models: "Sequence[ModelEvaluation]") -> list[tuple[str, str]]:
    trained = [model.model for model in models if model.outcome == "trained"]
    return [(f"models report {trained[0]}", "is its probability calibrated?")] if trained else []
