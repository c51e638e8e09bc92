"""Package a trained model for the registry: the estimator, and everything that is needed to assess and repeat it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import Any

import pandas as pd

from perennial.features import read_contract
from training.calibration.calibrated_fit import TrainedModel
from training.data.rows import UNKNOWN, number_columns
from training.estimators.candidates import Estimator
from training.evaluation.contracts import Evaluation
from training.evaluation.plots import draw_plots
from training.evaluation.training_summary import TrainingSummary
from training.specs import Spec


@dataclass(frozen=True)
class ModelPackage:
    """What the registry keeps of a training. `example`: one row of features, of no real customer. `plots`: PNG bytes by
    path among the run's artifacts.
    """

    spec: Spec
    as_of: date
    digest: str
    estimator: Estimator
    example: pd.DataFrame
    parameters: Mapping[str, Any]
    metrics: Mapping[str, float]
    summary: TrainingSummary
    plots: Mapping[str, bytes]


def package_model(trained: TrainedModel, summary: TrainingSummary) -> ModelPackage:
    """The model with its summary as MLflow's parameters, metrics and plots."""
    dataset = trained.dataset
    return ModelPackage(
        spec=dataset.spec,
        as_of=dataset.as_of,
        digest=trained.digest,
        estimator=trained.model.estimator,
        example=example_of(dataset.rows.during(dataset.periods.fit).features),
        parameters=_parameters(summary),
        metrics=_metrics(summary.evaluation) if summary.evaluation else {},
        summary=summary,
        plots=_plots(dataset.spec, summary),
    )


def example_of(features: pd.DataFrame) -> pd.DataFrame:
    """One row that is no real customer's: the median of each number, an unknown for each text."""
    numbers = set(number_columns(features))
    values = {name: float(features[name].fillna(0.0).median()) if name in numbers else UNKNOWN for name in features}
    return pd.DataFrame([values])


def _plots(spec: Spec, summary: TrainingSummary) -> dict[str, bytes]:
    if summary.evaluation is None:
        return {}
    descriptions = {column.name: column.description for column in read_contract().features}
    drawn = draw_plots(spec, summary.evaluation, summary.importances, descriptions)
    return {file: drawn[PurePosixPath(file).stem] for file in summary.plots}


def _parameters(summary: TrainingSummary) -> dict[str, Any]:
    data_as_of = summary.data_as_of.isoformat()
    periods = {
        f"{name}_{key}": value
        for name, period in summary.to_json()["periods"].items()
        for key, value in period.items()
        if key != "mean"
    }
    return {
        "candidate": summary.candidate,
        "baseline": summary.baseline,
        "calibration": summary.calibration,
        "horizon_days": summary.horizon_days,
        "feature_service": summary.feature_service,
        "data_as_of": data_as_of,
        "data_moment": data_as_of,  # its name in release 0.1, for one release
        **periods,
    }


def _metrics(evaluation: Evaluation) -> dict[str, float]:
    calibration, improvement = evaluation.model.calibration, evaluation.improvement
    return {
        **evaluation.model.metrics,
        **{f"baseline_{name}": value for name, value in evaluation.baseline.metrics.items()},
        "calibration_error_low": calibration.error.low,
        "calibration_error_high": calibration.error.high,
        "calibration_error_floor": calibration.floor,
        "improvement": improvement.estimate,
        "improvement_low": improvement.low,
        "improvement_high": improvement.high,
        **{f"lift_decile_{number}": lift for number, lift in enumerate(evaluation.model.lift, start=1)},
    }
