"""One JSON form of a training's summary, for MLflow and the warehouse, in which older releases' summaries load."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from perennial.as_of import snapshot_at
from perennial.stages import PredictionKind
from perennial.statistics import Interval, Population
from training.evaluation.training_summary import TrainingPopulation, TrainingSummary

CALIBRATION: dict[str, Any] = {
    "error": {"estimate": 0.021, "low": 0.004, "high": 0.035},
    "gap": {"estimate": 0.0, "low": 0.0, "high": 0.012},
    "difference": {"estimate": -0.008, "low": -0.02, "high": 0.004},
    "floor": 0.019,
    "bins": [{"rows": 250, "predicted": 0.31, "observed": 0.33, "low": 0.28, "high": 0.38}],
    "predicted": 0.31,
    "observed": 0.318,
    "rows": 250,
    "customers": 150,
}
QUALITY = {
    "metrics": {"log_loss": 0.43, "auc": 0.81, "calibration_error": 0.021},
    "calibration": CALIBRATION,
    "calibration_everyone": CALIBRATION,
    "lift": [2.1, 0.4],
}
# As release 0.1 logged it in evaluation.json and stored it in predictions.evaluations.metrics.
OF_RELEASE_0_1: dict[str, Any] = {
    "kind": "probability",
    "meaning": "orders again within the horizon",
    "candidate": "blend",
    "baseline": "logistic_rfm",
    "calibration": "sigmoid",
    "validation": {"logistic_rfm": 0.45, "blend": 0.43},
    "horizon_days": 28,
    "feature_service": "reactivation_v1",
    "data_moment": "2017-03-20T00:00:00+00:00",
    "message": "blend: log loss 0.43 (baseline 0.45, better by +0.02 [+0.01, +0.03]); calibration error 0.0210",
    "seen_until": "2017-02-26",
    "periods": {
        "fit": {"from": "2017-01-01", "to": "2017-01-08", "snapshots": 2, "rows": 300, "customers": 150, "mean": 0.3}
    },
    "evaluation": {
        "loss": "log_loss",
        "model": QUALITY,
        "baseline": QUALITY,
        "improvement": {"estimate": 0.02, "low": 0.01, "high": 0.03},
        "stages": {"winback": CALIBRATION},
    },
    "importances": {"mood": 0.11, "revenue": 0.0},
    "learns_of": "newcomers",
    "calibrated_on": "unmessaged",
    "run_id": "0a1b",
    "experiment_id": "3",
}
OF_NO_LABELS = {
    name: value
    for name, value in OF_RELEASE_0_1.items()
    if name not in ("learns_of", "calibrated_on", "run_id", "experiment_id")
} | {"evaluation": None, "importances": {}, "validation": {}}


def test_a_summary_of_release_0_1_loads() -> None:
    summary = TrainingSummary.from_json(OF_RELEASE_0_1)
    assert summary.kind is PredictionKind.PROBABILITY
    assert summary.training_data_end == date(2017, 2, 26)
    assert summary.training_population is TrainingPopulation.NEWCOMERS
    assert summary.calibration_population is Population.UNTREATED
    assert summary.validation_losses == {"logistic_rfm": 0.45, "blend": 0.43}
    assert summary.data_as_of == snapshot_at(date(2017, 3, 19))
    assert summary.periods["fit"].first == date(2017, 1, 1)
    assert summary.evaluation is not None
    assert summary.evaluation.improvement == Interval(0.02, 0.01, 0.03)
    assert summary.evaluation.stages["winback"].bins[0].rows == 250
    assert summary.plots == ("pictures/reliability.png", "pictures/lift.png", "pictures/importances.png")


@pytest.mark.parametrize("document", [OF_RELEASE_0_1, OF_NO_LABELS], ids=["evaluated", "without labels"])
def test_a_written_summary_keeps_the_old_keys_and_values_for_one_release(document: dict[str, Any]) -> None:
    written = json.loads(json.dumps(TrainingSummary.from_json(document).to_json()))
    assert {name: written[name] for name in document} == document


def test_a_summary_survives_its_json() -> None:
    summary = replace(TrainingSummary.from_json(OF_RELEASE_0_1), plots=("plots/lift.png",))
    written = summary.to_json()
    assert TrainingSummary.from_json(written) == summary
    assert (written["calibration_population"], written["calibrated_on"]) == ("untreated", "unmessaged")
    new_keys = {name: value for name, value in written.items() if name not in ("seen_until", "validation")}
    assert TrainingSummary.from_json(new_keys) == summary


def test_another_document_is_refused() -> None:
    with pytest.raises(ValidationError):
        TrainingSummary.from_json({"kind": "probability"})
