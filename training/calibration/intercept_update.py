"""Follow the level of what happens: seasons and campaigns move it faster than a model can be made anew and judged.

A model's own calibration is as old as its calibration period, two horizons and a test period ago. What came of the
newest days whose horizon has closed moves every probability alike, in log odds: the update of the intercept
(Steyerberg et al. 2004, "Validation and updating of predictive logistic regression models"). Ranks stay as they were.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from scipy.optimize import brentq
from scipy.special import expit, logit

from perennial.stages import PredictionKind
from perennial.statistics import effective_customers
from perennial.statistics.bootstrap import Floats
from training.calibration.untreated_weights import weigh_alone
from training.data.periods import observed_before
from training.data.rows import Rows

RECENT_DAYS = 28
ENOUGH_ROWS = 10_000
"""So many rows tell the level to less than a point; older days than that takes would tell an older level."""

PRIOR = 10.0
"""Weight of the level that the model was calibrated to, as the information (p x (1 - p)) of about 40 customers."""

FARTHEST = 0.5
"""Log odds. A level that seems further away is no season but a fault, which the gate and the report have to see."""


def oldest_recent(on: date, horizon_days: int) -> date:
    """The first day whose horizon closed within `RECENT_DAYS` before the end of `on`."""
    return on - timedelta(days=horizon_days + RECENT_DAYS - 1)


def recent_days(counts: Mapping[date, int], on: date, horizon_days: int) -> tuple[date, ...]:
    """The newest of these snapshot days (with their rows) whose horizon had closed by the end of `on`: as many as hold
    `ENOUGH_ROWS`, none that closed `RECENT_DAYS` or longer ago.
    """
    closed = observed_before(sorted(counts), on, horizon_days)
    oldest = oldest_recent(on, horizon_days)
    chosen: list[date] = []
    for day in reversed([day for day in closed if day >= oldest]):
        if sum(counts[known] for known in chosen) >= ENOUGH_ROWS:
            break
        chosen.insert(0, day)
    return tuple(chosen)


def find_level(predicted: Floats, rows: Rows) -> float:
    """Log odds to add to the probabilities `predicted` (rows,), by what came of these rows' customers left alone.

    The posterior mode around zero: a customer seen on several days tells once, and few customers move little.
    """
    if not len(rows):
        return 0.0
    weights = weigh_alone(PredictionKind.PROBABILITY, rows, predicted)
    counted = weights > 0
    actual, margin, weight = rows.actual[counted], logit(predicted[counted]), weights[counted]
    weight = weight * (effective_customers(rows.customers[counted], weight) / weight.sum())

    def slope(level: float) -> float:
        return float(weight @ (actual - expit(margin + level)) - PRIOR * level)

    if slope(FARTHEST) >= 0:
        return FARTHEST
    return -FARTHEST if slope(-FARTHEST) <= 0 else float(brentq(slope, -FARTHEST, FARTHEST))


def at_level(predicted: Floats, level: float) -> Floats:
    """The probabilities (rows,) at another level."""
    moved: Floats = expit(logit(predicted) + level)
    return moved
