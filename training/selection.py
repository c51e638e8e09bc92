"""Choose among the candidates on later time inside the fit period, then fit and calibrate the chosen one."""

from copy import deepcopy
from dataclasses import dataclass

import numpy as np

from perennial.statistics import Floats
from training.calibration.calibrators import calibrate
from training.calibration.untreated_weights import untreated_weights
from training.data.periods import Periods, later_folds
from training.data.rows import Rows
from training.estimators.blend import MarginBlend
from training.estimators.candidates import CANDIDATES, Estimator
from training.estimators.losses import row_losses
from training.specs import PredictionKind, Spec

MAX_ROWS = 20_000
SEED = 5


@dataclass(frozen=True)
class Fitted:
    """A calibrated model: which candidate, how calibrated, and the estimator."""

    candidate: str
    calibration: str
    estimator: Estimator


@dataclass(frozen=True)
class Choice:
    """The best candidate and the mean loss of each on the later folds (empty: too short a period to compare in)."""

    candidate: str
    losses: dict[str, float]


def choose(spec: Spec, rows: Rows, periods: Periods) -> Choice:
    """The candidate with the lowest mean loss on later folds of the fit period, each fitted on at most `MAX_ROWS` rows.

    A fit period too short for folds: the candidate that needs no labels if there is one, else the baseline.
    """
    folds = later_folds(periods.fit, spec.horizon_days)
    generator = np.random.default_rng(SEED)
    losses: dict[str, list[Floats]] = {name: [] for name in spec.candidates}
    for earlier, later in folds:
        seen, unseen = rows.during(earlier).sampled(MAX_ROWS, generator), rows.during(later)
        for name, estimator in _fit_candidates(spec, seen).items():
            losses[name].append(row_losses(spec.kind, unseen.actual, predict(spec.kind, estimator, unseen)))
    if not folds:
        label_free = (name for name in spec.candidates if CANDIDATES[name].is_label_free)
        return Choice(next(label_free, spec.baseline), {})
    means = {name: float(np.concatenate(parts).mean()) for name, parts in losses.items()}
    return Choice(min(means, key=lambda name: means[name]), means)


def fit_and_calibrate(spec: Spec, candidate: str, rows: Rows, periods: Periods) -> Fitted:
    """The candidate fitted on the fit period and calibrated on the period after it."""
    estimator = fit_candidate(spec, candidate, rows.during(periods.fit))
    later = rows.during(periods.calibration)
    if spec.kind is PredictionKind.VALUE:
        return _scaled(candidate, estimator, later)
    calibrated, method = calibrate(estimator, later)
    return Fitted(candidate, method, calibrated)


def calibrate_again(spec: Spec, candidate: str, estimator: Estimator, later: Rows) -> Fitted:
    """A model made before, whose fit stays and whose calibrator is fitted anew on these later rows."""
    if spec.kind is PredictionKind.VALUE:
        return _scaled(candidate, deepcopy(estimator), later)
    calibrated, method = calibrate(estimator.calibrated_classifiers_[0].estimator, later)
    return Fitted(candidate, method, calibrated)


def _scaled(candidate: str, estimator: Estimator, later: Rows) -> Fitted:
    weights = untreated_weights(PredictionKind.VALUE, later, predict(PredictionKind.VALUE, estimator, later))
    return Fitted(candidate, "scaled totals", estimator.scale_to(later.features, later.target, weights))


def fit_candidate(spec: Spec, name: str, rows: Rows) -> Estimator:
    """The candidate fitted on these rows, uncalibrated."""
    candidate = CANDIDATES[name]
    rows = rows.latest_of_each() if candidate.is_label_free else rows
    return candidate.build(rows.features, spec.horizon_days).fit(rows.features, rows.target)


def _fit_candidates(spec: Spec, rows: Rows) -> dict[str, Estimator]:
    fitted: dict[str, Estimator] = {}
    for name in spec.candidates:
        # A blend of candidates that are fitted already need not fit them again.
        members = [fitted.get(member) for member in CANDIDATES[name].members]
        fitted[name] = MarginBlend.of(members) if members and all(members) else fit_candidate(spec, name, rows)
    return fitted


def predict(kind: PredictionKind, estimator: Estimator, rows: Rows) -> Floats:
    """The probability of the label, or the expected revenue, of each row."""
    if kind is PredictionKind.PROBABILITY:
        probability: Floats = estimator.predict_proba(rows.features)[:, 1]
        return probability
    revenue: Floats = estimator.predict(rows.features)[:, 0]
    return revenue
