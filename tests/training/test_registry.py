"""What MLflow holds of a training: a version that names no one, parameters, metrics, and no half-finished run."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from mlflow import artifacts

from training import SPECS, train
from training.data.dataset import load_dataset
from training.registry.versions import DIGEST_TAG, list_versions, load_version, mlflow_client

pytestmark = pytest.mark.integration

INTENT = SPECS["purchase_intent"]


def test_the_registered_model_names_no_one_and_loads_through_its_alias(brand: Callable[..., Any]) -> None:
    planted = brand("purchase_intent", weeks=12)
    train(INTENT, planted.as_of)
    loaded = load_version(INTENT.name, "1")
    assert "season" not in loaded.columns
    (version,) = list_versions(INTENT.name)
    run = mlflow_client().get_run(version.run_id).data
    assert run.params["feature_service"] == "purchase_intent_v1"
    assert run.params["data_as_of"] == run.params["data_moment"] == "2017-03-20T00:00:00+00:00"
    assert {"log_loss", "baseline_log_loss", "auc", "average_precision", "calibration_error_low"} <= set(run.metrics)
    experiment = mlflow_client().get_experiment_by_name(INTENT.name)
    assert experiment.tags["mlflow.experimentKind"] == "custom_model_development"
    assert run.tags["as_of"] == planted.as_of.isoformat()
    requirements = artifacts.load_text(f"models:/{INTENT.name}@champion/requirements.txt")
    assert {line.split("==")[0] for line in requirements.split()} >= {"scikit-learn", "skops"}
    assert version.tags["as_of"] == planted.as_of.isoformat()
    assert version.description.startswith("Trained as of 2017-03-19; ")


def test_a_number_given_again_in_an_emptied_registry_is_another_model(brand: Callable[..., Any]) -> None:
    planted = brand("purchase_intent", weeks=14)
    earlier = train(INTENT, planted.as_of - timedelta(weeks=2))
    first = load_version(INTENT.name, str(earlier.version))
    mlflow_client().delete_registered_model(INTENT.name)
    again = train(INTENT, planted.as_of)
    assert (earlier.version, again.version) == ("1", "1")
    assert load_version(INTENT.name, "1") is not first


def test_a_run_killed_while_logging_is_closed_and_gives_no_version(brand: Callable[..., Any]) -> None:
    planted = brand("purchase_intent", weeks=12)
    client = mlflow_client()
    known = client.get_experiment_by_name("purchase_intent")
    experiment = known.experiment_id if known else client.create_experiment("purchase_intent")
    digest = load_dataset(INTENT, planted.as_of).digest
    left_behind = client.create_run(experiment, tags={DIGEST_TAG: digest})
    train(INTENT, planted.as_of)
    assert client.get_run(left_behind.info.run_id).info.status == "KILLED"
    assert len(list_versions(INTENT.name)) == 1
