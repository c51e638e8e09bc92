"""What an evaluation found: frozen results that the registry stores and the report shows."""

from dataclasses import dataclass

from perennial.statistics import Calibration, Interval


@dataclass(frozen=True)
class Quality:
    """One model on the held-out rows.

    `calibration`: on untreated rows; `calibration_everyone`: on all rows, treated or not. `lift`: the mean outcome of
    each decile of the predictions, highest first, over the average.
    """

    metrics: dict[str, float]
    calibration: Calibration
    calibration_everyone: Calibration
    lift: tuple[float, ...]


@dataclass(frozen=True)
class Evaluation:
    """A model beside its baseline on the same held-out rows.

    `loss`: the name of the metric that `improvement` is in, the baseline's mean loss minus the model's: above zero the
    model is better. `stages`: the model's calibration among the untreated rows of each lifecycle stage.
    """

    loss: str
    model: Quality
    baseline: Quality
    improvement: Interval
    stages: dict[str, Calibration]
