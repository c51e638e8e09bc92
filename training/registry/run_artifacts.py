"""The files that a training leaves in its MLflow run: the summary and the plots."""

from dataclasses import replace
from pathlib import PurePosixPath

from perennial.settings import MODEL_VIEW, load_settings
from training.evaluation.training_summary import TrainingSummary
from training.registry.versions import mlflow_client, require_version

EVALUATION_FILE = "evaluation.json"


def read_summary(model: str, version: str) -> TrainingSummary:
    """The summary that was logged with a version, and the run it was logged in. Raises NoSuchVersionError."""
    run_id = require_version(model, version).run_id
    experiment_id = mlflow_client().get_run(run_id).info.experiment_id
    import mlflow.artifacts

    document = mlflow.artifacts.load_dict(f"runs:/{run_id}/{EVALUATION_FILE}")
    return replace(TrainingSummary.from_json(document), run_id=run_id, experiment_id=experiment_id)


def run_url(summary: TrainingSummary) -> str | None:
    """MLflow's page of the run; None where the summary names no run."""
    if summary.run_id is None:
        return None
    return f"{_run_page(summary)}{MODEL_VIEW}"


def _run_page(summary: TrainingSummary) -> str:
    return f"{load_settings().require('mlflow_url')}/#/experiments/{summary.experiment_id}/runs/{summary.run_id}"


def plot_urls(summary: TrainingSummary) -> dict[str, str]:
    """MLflow's page of each plot, by its name."""
    if summary.run_id is None:
        return {}
    page = _run_page(summary)
    return {PurePosixPath(file).stem: f"{page}/artifacts/{file}{MODEL_VIEW}" for file in summary.plots}
