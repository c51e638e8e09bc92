"""Whether the amounts of a value model may be published, evaluated within each lifecycle stage on held-out rows."""

from enum import StrEnum

from perennial.stages import PredictionKind
from perennial.statistics import Calibration, Interval
from training.evaluation.contracts import Evaluation

TOLERANCE = 0.2
"""The largest signed distance of the mean predicted from the mean realised amount, as a share of the latter."""

SUPPORTED_WITHIN = 0.25
UNPROVEN_WITHIN = 0.35
"""How wide the distance's 95 % interval may reach; beyond the second, orders were too few to evaluate the stage."""


class ValueStatus(StrEnum):
    """What is known of the amounts predicted for a stage. Withheld ones are not published: only their order is."""

    SUPPORTED = "supported"
    UNPROVEN = "unproven"
    WITHHELD = "withheld"


def value_status(calibration: Calibration) -> ValueStatus:
    """The status of a stage whose held-out amounts were calibrated like this."""
    distance = calibration.difference
    if abs(distance.estimate) > TOLERANCE or not _is_within(distance, UNPROVEN_WITHIN):
        return ValueStatus.WITHHELD
    return ValueStatus.SUPPORTED if _is_within(distance, SUPPORTED_WITHIN) else ValueStatus.UNPROVEN


def value_statuses(kind: PredictionKind, evaluation: Evaluation | None) -> dict[str, ValueStatus]:
    """By stage; a stage that is missing is withheld, as every stage is of a model that was never evaluated.

    Empty for probabilities, which are no amounts.
    """
    if kind is PredictionKind.PROBABILITY or evaluation is None:
        return {}
    return {stage: value_status(calibration) for stage, calibration in evaluation.stages.items()}


def _is_within(distance: Interval, share: float) -> bool:
    return -share <= distance.low and distance.high <= share
