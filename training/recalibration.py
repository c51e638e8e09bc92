"""Recalibrate a champion whose probabilities have drifted: its calibrator is fitted again, its fit stays."""

import time
from datetime import date

from threadpoolctl import threadpool_limits

from training.data.dataset import NotEnoughDataError, load_dataset
from training.promotion.champions import champion, lock_decisions
from training.specs import Spec
from training.training_run import TrainReport, conclude
from training.versioning import recalibrate_version


class NothingToRecalibrateError(RuntimeError):
    """There is no champion, or too little later history to calibrate and evaluate it on; the message says which."""


def recalibrate(spec: Spec, as_of: date) -> TrainReport:
    """The champion's calibrator is fitted again on the newest period that leaves a later one to evaluate it on, and
    registered as a new version, which passes the same gate as every challenger.

    The same data and champion give the same version. Raises NothingToRecalibrateError, LabelsMissingError.
    """
    started = time.monotonic()
    with lock_decisions(spec.name), threadpool_limits(1):
        current = champion(spec.name)
        if current is None:
            raise NothingToRecalibrateError(f"{spec.name} has no champion to recalibrate. Train one: `perennial run`.")
        try:
            versioned = recalibrate_version(load_dataset(spec, as_of), current)
        except NotEnoughDataError as shortage:
            raise NothingToRecalibrateError(f"{spec.name} cannot be recalibrated. {shortage}") from shortage
        return conclude(versioned, started, prefix=f"calibrator of version {current} fitted again. ")
