"""The door that repairs a champion which no longer means what it says: its calibrator anew, its fit as it was."""

import time
from datetime import date

from threadpoolctl import threadpool_limits

from training.data.dataset import NotEnoughError, load_dataset
from training.promotion.champions import champion, follow_promotions, only_one
from training.promotion.gate import pass_gate
from training.registry.attempts import record_attempt
from training.specs import Spec
from training.training_run import TrainReport
from training.versioning import make_recalibrated_model


class NothingToRecalibrateError(RuntimeError):
    """There is no champion, or too little later history to calibrate and judge it on; the message says which."""


def recalibrate(spec: Spec, as_of: date) -> TrainReport:
    """The champion's calibrator is fitted on the newest period that leaves a later one to judge it, and registered as
    a new version, which passes the same gate as every challenger.

    The same data and champion give the same version. Raises NothingToRecalibrateError, LabelsMissingError.
    """
    started = time.monotonic()
    with only_one(spec.name), threadpool_limits(1):
        reigning = champion(spec.name)
        if reigning is None:
            raise NothingToRecalibrateError(f"{spec.name} has no champion to recalibrate. Train one: `perennial run`.")
        try:
            made = make_recalibrated_model(spec, as_of, load_dataset(spec, as_of), reigning)
        except NotEnoughError as shortage:
            raise NothingToRecalibrateError(f"{spec.name} cannot be recalibrated. {shortage}") from shortage
        record_attempt(made.attempt)
        decided = pass_gate(spec, as_of, made)
        follow_promotions(spec.name)
        return TrainReport(
            model=spec.name,
            as_of=as_of,
            outcome=made.attempt.outcome,
            message=f"calibrator of version {reigning} fitted anew. {made.attempt.message}",
            version=made.attempt.version,
            champion=champion(spec.name),
            decision=f"{decided.action}: {decided.evidence['reason']}",
            metrics=made.attempt.metrics,
            is_new=made.is_new,
            seconds=time.monotonic() - started,
        )
