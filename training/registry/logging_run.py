"""Put a trained model into MLflow with all that someone needs to judge and repeat it."""

import json
import subprocess
import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

import pandas as pd

from perennial.settings import load_settings
from training.data.rows import UNKNOWN, number_columns
from training.estimators.candidates import Estimator
from training.registry.versions import DIGEST_TAG, TRUSTED_TYPES, mlflow_client
from training.specs import PredictionKind, Spec

EVALUATION_FILE = "evaluation.json"
PICTURES_FOLDER = "pictures"
_REQUIREMENTS = ("scikit-learn", "skops", "numpy", "pandas", "scipy")


@dataclass(frozen=True)
class Trained:
    """Everything about a finished training that the registry keeps."""

    spec: Spec
    as_of: date
    digest: str
    estimator: Estimator
    features: pd.DataFrame
    parameters: Mapping[str, Any]
    metrics: Mapping[str, float]
    summary: Mapping[str, Any]
    pictures: Mapping[str, bytes]


def register(trained: Trained) -> str:
    """A new version of the spec's registered model, logged whole before it is registered; returns its number.

    A run that was killed on the way left no version: it is marked as killed, and this one stands in its place.
    """
    client = mlflow_client()
    import mlflow

    experiment = mlflow.set_experiment(str(trained.spec.name))
    _close_abandoned(experiment.experiment_id, trained.digest)
    tags = {DIGEST_TAG: trained.digest, "as_of": trained.as_of.isoformat(), **git_tags(load_settings().project)}
    # MLflow warns about type hints of its own when it first imports its serving parts.
    with (
        warnings.catch_warnings(action="ignore", category=UserWarning),
        mlflow.start_run(run_name=f"{trained.spec.name} as of {trained.as_of}", tags=tags) as run,
    ):
        mlflow.log_params(dict(trained.parameters))
        mlflow.log_metrics(dict(trained.metrics))
        _log_files(trained)
        model_id = _log_model(trained)
    _ensure_registered_model(trained.spec)
    created = client.create_model_version(
        name=str(trained.spec.name),
        source=f"models:/{model_id}",
        run_id=run.info.run_id,
        tags=tags,
        description=f"Trained as of {trained.as_of}; {trained.summary['message']}",
        model_id=model_id,
    )
    return str(created.version)


def read_summary(run_id: str) -> dict[str, Any]:
    """What a finished training concluded, as it was logged with the model, and where it was."""
    client = mlflow_client()
    import mlflow.artifacts

    summary: dict[str, Any] = mlflow.artifacts.load_dict(f"runs:/{run_id}/{EVALUATION_FILE}")
    return {**summary, "run_id": run_id, "experiment_id": client.get_run(run_id).info.experiment_id}


def example_of(features: pd.DataFrame) -> pd.DataFrame:
    """One made-up customer, nobody real: the median of each number, an unknown for each text."""
    numbers = set(number_columns(features))
    values = {name: float(features[name].fillna(0.0).median()) if name in numbers else UNKNOWN for name in features}
    return pd.DataFrame([values])


def _log_files(trained: Trained) -> None:
    import mlflow

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / EVALUATION_FILE).write_text(json.dumps(trained.summary, indent=2, sort_keys=True))
        (Path(folder) / PICTURES_FOLDER).mkdir()
        for name, picture in trained.pictures.items():
            (Path(folder) / PICTURES_FOLDER / f"{name}.png").write_bytes(picture)
        mlflow.log_artifacts(folder)


def _log_model(trained: Trained) -> str:
    import mlflow.sklearn
    from mlflow.models import infer_signature

    example = example_of(trained.features)
    method = "predict_proba" if trained.spec.kind is PredictionKind.PROBABILITY else "predict"
    logged = mlflow.sklearn.log_model(
        trained.estimator,
        name=str(trained.spec.name),
        serialization_format="skops",
        skops_trusted_types=list(TRUSTED_TYPES),
        signature=infer_signature(example, getattr(trained.estimator, method)(example)),
        input_example=example,
        # Given, not inferred: inferring starts the model in a process of its own for ten seconds.
        pip_requirements=[f"{name}=={installed_version(name)}" for name in _REQUIREMENTS],
        pyfunc_predict_fn=method,
    )
    return str(logged.model_id)


def _ensure_registered_model(spec: Spec) -> None:
    from mlflow.exceptions import MlflowException

    description = f"{spec.stage or 'every customer'}: {spec.meaning}. Features: {spec.feature_service}."
    try:
        mlflow_client().create_registered_model(str(spec.name), description=description)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise


def _close_abandoned(experiment_id: str, digest: str) -> None:
    client = mlflow_client()
    for run in client.search_runs([experiment_id], f"tags.{DIGEST_TAG} = '{digest}'"):
        client.set_terminated(run.info.run_id, status="KILLED")


def git_tags(project: Path) -> dict[str, str]:
    """The commit that `project` stands on; nothing where it is no checkout."""
    if not (project / ".git").exists():
        return {}
    run = subprocess.run(["git", "rev-parse", "HEAD"], cwd=project, capture_output=True, text=True, check=False)  # noqa: S607  # the person's own git
    return {"git_commit": run.stdout.strip()} if run.returncode == 0 else {}


def picture_urls(run_id: str, experiment_id: str, names: list[str]) -> dict[str, str]:
    """Where a person opens each picture in MLflow's own pages."""
    base = f"{load_settings().require('mlflow_url')}/#/experiments/{experiment_id}/runs/{run_id}/artifacts"
    return {name: f"{base}/{PICTURES_FOLDER}/{name}.png" for name in names}
