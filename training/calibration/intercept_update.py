"""Intercept update: shift all probabilities, in log odds, to the newest observed outcomes.

A model's calibrator is as old as its calibration period, two horizons and a test period ago; seasons and campaigns
move outcomes faster than a model can be trained and evaluated again. The newest days whose horizon has closed update
the intercept (Steyerberg et al. 2004, "Validation and updating of predictive logistic regression models"). Ranks stay.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from scipy.optimize import brentq
from scipy.special import expit, logit

from perennial.stages import PredictionKind
from perennial.statistics import Floats, effective_customers
from training.calibration.untreated_weights import untreated_weights
from training.data.periods import observed_before
from training.data.rows import Rows

RECENT_DAYS = 28
ENOUGH_ROWS = 10_000
"""So many rows estimate the shift to within a point; older days would estimate what no longer holds."""

PRIOR_INFORMATION = 10.0
"""Precision of the prior around zero: as if about 40 customers (p x (1 - p) each) had confirmed the calibration."""

MAX_SHIFT = 0.5
"""Log odds. A larger shift indicates a fault, not a season; the gate and the report should show it."""


def oldest_recent(on: date, horizon_days: int) -> date:
    """The first day whose horizon closed within `RECENT_DAYS` before the end of `on`."""
    return on - timedelta(days=horizon_days + RECENT_DAYS - 1)


def recent_days(counts: Mapping[date, int], on: date, horizon_days: int) -> tuple[date, ...]:
    """The newest snapshot days whose horizon had closed by the end of `on`, oldest first: as many as hold
    `ENOUGH_ROWS`, none that closed `RECENT_DAYS` or longer ago.

    `counts`: the rows of each snapshot day.
    """
    closed = observed_before(sorted(counts), on, horizon_days)
    oldest = oldest_recent(on, horizon_days)
    chosen: list[date] = []
    for day in reversed([day for day in closed if day >= oldest]):
        if sum(counts[known] for known in chosen) >= ENOUGH_ROWS:
            break
        chosen.insert(0, day)
    return tuple(chosen)


def fit_intercept_update(predicted: Floats, rows: Rows) -> float:
    """The shift in log odds that `predicted` (rows,), probabilities, needs to match the outcomes of untreated rows.

    The posterior mode under a normal prior around zero, within ± `MAX_SHIFT`; zero without rows. A customer with
    several rows counts as one, by the effective number of customers (Kish 1965).
    """
    if not len(rows):
        return 0.0
    weights = untreated_weights(PredictionKind.PROBABILITY, rows, predicted)
    counted = weights > 0
    actual, margin, weight = rows.actual[counted], logit(predicted[counted]), weights[counted]
    weight = weight * (effective_customers(rows.customers[counted], weight) / weight.sum())

    def score_function(shift: float) -> float:
        return float(weight @ (actual - expit(margin + shift)) - PRIOR_INFORMATION * shift)

    if score_function(MAX_SHIFT) >= 0:
        return MAX_SHIFT
    return -MAX_SHIFT if score_function(-MAX_SHIFT) <= 0 else float(brentq(score_function, -MAX_SHIFT, MAX_SHIFT))


def shift_log_odds(predicted: Floats, shift: float) -> Floats:
    """The probabilities `predicted` (rows,) with `shift` added to their log odds."""
    shifted: Floats = expit(logit(predicted) + shift)
    return shifted
