"""Fit a candidate and calibrate it on the period after its fit; or calibrate again what was fitted before."""

from copy import deepcopy
from dataclasses import dataclass, field

from training.calibration.calibrators import calibrate
from training.calibration.untreated_weights import untreated_weights
from training.data.dataset import Dataset
from training.data.rows import Rows
from training.estimators.candidates import Estimator
from training.estimators.fitting import fit_candidate, predict
from training.specs import PredictionKind

SCALED_TOTALS = "scaled totals"
UNCALIBRATED = "none"


@dataclass(frozen=True)
class CalibratedModel:
    """A fitted estimator, the candidate it is, and its calibration method: "sigmoid", "isotonic", "scaled totals" or
    "none".
    """

    candidate: str
    calibration: str
    estimator: Estimator


@dataclass(frozen=True)
class TrainedModel:
    """A model that is ready to be evaluated: fitted and calibrated on `dataset`, and named by `digest`.

    `validation_losses`: mean loss of each candidate in the selection, empty where there was none.
    """

    dataset: Dataset
    digest: str
    model: CalibratedModel
    validation_losses: dict[str, float] = field(default_factory=dict)

    @property
    def is_recalibrated(self) -> bool:
        """Whether the fit is that of an earlier version, calibrated again on this dataset."""
        return self.digest != self.dataset.digest


def fit_and_calibrate(dataset: Dataset, candidate: str) -> CalibratedModel:
    """The candidate fitted on the fit period and calibrated on the calibration period of these rows."""
    estimator = fit_candidate(dataset.spec, candidate, dataset.rows.during(dataset.periods.fit))
    return _calibrated(dataset, candidate, estimator)


def recalibrate_model(dataset: Dataset, candidate: str, estimator: Estimator) -> CalibratedModel:
    """A calibrated model of `candidate` with the same fit, calibrated again on the calibration period of these rows."""
    if dataset.spec.kind is PredictionKind.VALUE:
        return _calibrated(dataset, candidate, deepcopy(estimator))
    return _calibrated(dataset, candidate, estimator.calibrated_classifiers_[0].estimator)


def _calibrated(dataset: Dataset, candidate: str, estimator: Estimator) -> CalibratedModel:
    rows = dataset.rows.during(dataset.periods.calibration)
    if dataset.spec.kind is PredictionKind.VALUE:
        return CalibratedModel(candidate, SCALED_TOTALS, _scaled(estimator, rows))
    calibrated, method = calibrate(estimator, rows)
    return CalibratedModel(candidate, method, calibrated)


def _scaled(estimator: Estimator, rows: Rows) -> Estimator:
    weights = untreated_weights(PredictionKind.VALUE, rows, predict(PredictionKind.VALUE, estimator, rows))
    return estimator.scale_to(rows.features, rows.target, weights, rows.customers)
