"""MLflow's model registry as used here: one registered model and one experiment per stem, aliases, safe loading."""

import logging
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from perennial.settings import load_settings
from perennial.telemetry_off import switch_off_usage_reporting
from training.estimators.candidates import Estimator
from training.registry.model_files import load_model_file

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

CHAMPION, CHALLENGER = "champion", "challenger"
DIGEST_TAG = "training_digest"


class NoSuchVersionError(LookupError):
    """The registry has no such version of a model; the message lists those there are."""


@dataclass(frozen=True)
class LoadedModel:
    """A version loaded from the registry, ready to predict. `columns`: the features it reads."""

    version: str
    estimator: Estimator
    columns: tuple[str, ...]


def mlflow_client() -> "MlflowClient":
    """A client of this home's MLflow server. Raises HomeNotReadyError when none is configured."""
    return _open_client(load_settings().require("mlflow_url"))


@lru_cache(maxsize=2)
def _open_client(url: str) -> "MlflowClient":
    switch_off_usage_reporting()
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
    import mlflow

    logging.getLogger("mlflow").setLevel(logging.WARNING)
    mlflow.set_tracking_uri(url)
    mlflow.set_registry_uri(url)
    return mlflow.MlflowClient(url, url)


def list_versions(model: str) -> "list[ModelVersion]":
    """Every registered version, oldest first."""
    found = mlflow_client().search_model_versions(f"name = '{model}'")
    return sorted(found, key=lambda version: int(version.version))


def find_trained(model: str, digest: str) -> "ModelVersion | None":
    """The version that was trained with this digest, if any."""
    return next((version for version in list_versions(model) if version.tags.get(DIGEST_TAG) == digest), None)


def require_version(model: str, version: str) -> "ModelVersion":
    """The version asked for. Raises NoSuchVersionError."""
    versions = list_versions(model)
    for candidate in versions:
        if str(candidate.version) == version:
            return candidate
    there_are = ", ".join(str(candidate.version) for candidate in versions) or "none yet"
    raise NoSuchVersionError(f"{model} has no version {version}; there are: {there_are}.")


def aliased_version(model: str, alias: str) -> str | None:
    """The version an alias points to, None when it points nowhere."""
    from mlflow.exceptions import MlflowException

    try:
        return str(mlflow_client().get_model_version_by_alias(model, alias).version)
    except MlflowException as error:
        if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            return None
        raise


def point_alias(model: str, alias: str, version: str | None) -> None:
    """The alias points to `version`, or nowhere; nothing is written when it does already."""
    if aliased_version(model, alias) == version:
        return
    if version is None:
        mlflow_client().delete_registered_model_alias(model, alias)
    else:
        mlflow_client().set_registered_model_alias(model, alias, version)


def load_version(model: str, version: str) -> LoadedModel:
    """The estimator of a version, through the registry: by the champion's alias when it is the champion.

    Raises NoSuchVersionError, skops' UntrustedTypesFoundException when the file contains a type beyond `TRUSTED_TYPES`.
    """
    name = f"{model}@{CHAMPION}" if aliased_version(model, CHAMPION) == version else f"{model}/{version}"
    run_id = require_version(model, version).run_id
    return _load(load_settings().require("mlflow_url"), version, f"models:/{name}", run_id)


@lru_cache(maxsize=4)
def _load(url: str, version: str, uri: str, _run_id: str | None) -> LoadedModel:
    # A run's model never changes, so that it may be cached. The run is in the key because a registry that was emptied
    # assigns the same numbers again.
    _open_client(url)
    import mlflow.artifacts
    from mlflow.models import Model as ModelDescription

    folder = Path(mlflow.artifacts.download_artifacts(uri))
    description = ModelDescription.load(str(folder))
    estimator = load_model_file(folder / description.flavors["sklearn"]["pickled_model"])
    return LoadedModel(version, estimator, tuple(description.signature.inputs.input_names()))
