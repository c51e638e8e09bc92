"""Log a packaged model to MLflow and register it as a new version."""

import json
import subprocess
import tempfile
import warnings
from importlib.metadata import version as installed_version
from pathlib import Path

from perennial.settings import load_settings
from training.registry.model_files import TRUSTED_TYPES
from training.registry.packaging import ModelPackage
from training.registry.run_artifacts import EVALUATION_FILE
from training.registry.versions import DIGEST_TAG, mlflow_client
from training.specs import PredictionKind, Spec

EXPERIMENT_KIND_TAG = "mlflow.experimentKind"
"""MLflow's own: by it, the experiment's page shows models rather than prompts and traces."""
_REQUIREMENTS = ("scikit-learn", "skops", "numpy", "pandas", "scipy")


def register(package: ModelPackage) -> str:
    """A new version of the spec's registered model, logged completely before it is registered; returns its number.

    The run of a process that was killed on the way left no version: it is marked as killed, and this run replaces it.
    """
    client = mlflow_client()
    import mlflow

    name = str(package.spec.name)
    experiment = mlflow.set_experiment(name)
    client.set_experiment_tag(experiment.experiment_id, EXPERIMENT_KIND_TAG, "custom_model_development")
    _close_abandoned(experiment.experiment_id, package.digest)
    tags = {DIGEST_TAG: package.digest, "as_of": package.as_of.isoformat(), **git_tags(load_settings().project)}
    # MLflow warns about type hints of its own when it first imports its serving parts.
    with (
        warnings.catch_warnings(action="ignore", category=UserWarning),
        mlflow.start_run(run_name=f"{name} as of {package.as_of}", tags=tags) as run,
    ):
        mlflow.log_params(dict(package.parameters))
        mlflow.log_metrics(dict(package.metrics))
        _log_files(package)
        model_id = _log_model(package)
    _ensure_registered_model(package.spec)
    created = client.create_model_version(
        name=name,
        source=f"models:/{model_id}",
        run_id=run.info.run_id,
        tags=tags,
        description=f"Trained as of {package.as_of}; {package.summary.message}",
        model_id=model_id,
    )
    return str(created.version)


def _log_files(package: ModelPackage) -> None:
    import mlflow

    with tempfile.TemporaryDirectory() as folder:
        content = json.dumps(package.summary.to_json(), indent=2, sort_keys=True)
        for name, data in {EVALUATION_FILE: content.encode(), **package.plots}.items():
            file = Path(folder) / name
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(data)
        mlflow.log_artifacts(folder)


def _log_model(package: ModelPackage) -> str:
    import mlflow.sklearn
    from mlflow.models import infer_signature

    example = package.example
    method = "predict_proba" if package.spec.kind is PredictionKind.PROBABILITY else "predict"
    logged = mlflow.sklearn.log_model(
        package.estimator,
        name=str(package.spec.name),
        serialization_format="skops",
        skops_trusted_types=list(TRUSTED_TYPES),
        signature=infer_signature(example, getattr(package.estimator, method)(example)),
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
    """The commit that is checked out in `project`; nothing where it is no checkout."""
    if not (project / ".git").exists():
        return {}
    run = subprocess.run(["git", "rev-parse", "HEAD"], cwd=project, capture_output=True, text=True, check=False)  # noqa: S607  # the person's own git
    return {"git_commit": run.stdout.strip()} if run.returncode == 0 else {}
