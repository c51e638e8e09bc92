"""Fit candidates on training rows, and predict with what was fitted."""

from contextlib import suppress

import numpy as np
from numpy.linalg import LinAlgError

from perennial.statistics import Floats
from training.data.rows import Rows
from training.estimators.beta_geometric import NotFittedError
from training.estimators.blend import MarginBlend
from training.estimators.candidates import CANDIDATES, Estimator
from training.specs import PredictionKind, Spec


class CannotFitError(RuntimeError):
    """A candidate cannot be fitted on these rows; the message says which and why."""


def fit_candidate(spec: Spec, name: str, rows: Rows) -> Estimator:
    """The candidate `name` fitted on these rows, uncalibrated; one without labels on each customer's latest row.

    Raises CannotFitError: a brand whose customers are all alike is no error of the program.
    """
    candidate = CANDIDATES[name]
    rows = rows.latest_of_each() if candidate.is_label_free else rows
    if not len(rows) or (spec.kind is PredictionKind.PROBABILITY and np.ptp(rows.target) == 0):
        raise CannotFitError(f"{name}: {'all outcomes are alike' if len(rows) else 'there are no rows'}")
    try:
        return candidate.build(rows.features, spec.horizon_days).fit(rows.features, rows.target)
    except (ValueError, ArithmeticError, LinAlgError, NotFittedError) as error:
        raise CannotFitError(f"{name}: {error}") from error


def fit_candidates(spec: Spec, rows: Rows) -> dict[str, Estimator]:
    """Every candidate of the spec that can be fitted on these rows, uncalibrated, by name."""
    fitted: dict[str, Estimator] = {}
    for name in spec.candidates:
        # A blend of candidates that are fitted already need not fit them again.
        members = [fitted.get(member) for member in CANDIDATES[name].members]
        with suppress(CannotFitError):
            fitted[name] = MarginBlend.of(members) if members and all(members) else fit_candidate(spec, name, rows)
    return fitted


def predict(kind: PredictionKind, estimator: Estimator, rows: Rows) -> Floats:
    """(rows,): the probability of the label, or the expected revenue in the brand's currency over the horizon."""
    if kind is PredictionKind.PROBABILITY:
        probability: Floats = estimator.predict_proba(rows.features)[:, 1]
        return probability
    revenue: Floats = estimator.predict(rows.features)[:, 0]
    return revenue
