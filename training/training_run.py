"""Train a model: load its dataset, make a version of it, and let the gate decide whether it is champion."""

import time
from dataclasses import dataclass
from datetime import date
from typing import Any

from threadpoolctl import threadpool_limits

from perennial.horizons import fix_horizon
from training.data.dataset import NotEnoughDataError, load_dataset
from training.estimators.fitting import CannotFitError
from training.evaluation.training_summary import TrainingSummary
from training.promotion.champions import champion, follow_promotions, lock_decisions
from training.promotion.gate import pass_gate
from training.registry.attempts import NO_VERSION, record_attempt
from training.specs import Spec
from training.versioning import VersionedModel, no_version, train_unevaluated_version, train_version


@dataclass(frozen=True)
class TrainReport:
    """The result of a training. `outcome` is "trained" or "no_model"; `decision` the gate's action and its reason.

    `champion`: the version after it. `is_new`: whether a version was trained now, not found. `seconds`: wall time.
    """

    model: str
    as_of: date
    outcome: str
    message: str
    version: str | None
    champion: str | None
    decision: str | None
    summary: TrainingSummary | None
    is_new: bool
    seconds: float

    def __str__(self) -> str:
        version = f" version {self.version}" if self.version else ""
        decision = f"; {self.decision}" if self.decision else ""
        return f"{self.model}{version}: {self.message}{decision} ({self.seconds:.1f} s)"

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON holds it, the summary under `metrics`."""
        content = {name: value for name, value in vars(self).items() if name != "summary"}
        return {**content, "metrics": self.summary.to_json() if self.summary else {}}


def train(spec: Spec, as_of: date) -> TrainReport:
    """A model is trained, evaluated on held-out rows and registered, and the gate has decided whether it is champion.

    The same data and `as_of` give the same version and decision: nothing is fitted twice, and a run that was killed on
    the way is completed. Too little data, or none that a model can be fitted on: outcome "no_model" with the reason,
    nothing registered, the champion stays.
    Raises LabelsMissingError without marts.
    """
    started = time.monotonic()
    # One thread each: trainings run side by side, and OpenMP threads that wait for a core waste it.
    with lock_decisions(spec.name), threadpool_limits(1):
        return conclude(_make_version(spec, as_of), started)


def conclude(versioned: VersionedModel, started: float, prefix: str = "") -> TrainReport:
    """The attempt is recorded, the gate has decided about its version, and MLflow's aliases follow.

    The caller holds the lock. `started`: on the monotonic clock. `prefix`: put before the message of the report.
    """
    attempt = versioned.attempt
    record_attempt(attempt)
    decided = pass_gate(versioned) if attempt.version != NO_VERSION else None
    current = champion(versioned.spec.name)
    if current == attempt.version and attempt.summary:
        fix_horizon(versioned.spec.name, attempt.summary.horizon_days, attempt.as_of)
    follow_promotions(versioned.spec.name)
    return TrainReport(
        model=attempt.model,
        as_of=attempt.as_of,
        outcome=attempt.outcome,
        message=prefix + attempt.message,
        version=attempt.version if decided else None,
        champion=current,
        decision=f"{decided.action}: {decided.evidence['reason']}" if decided else None,
        summary=attempt.summary,
        is_new=versioned.is_new,
        seconds=time.monotonic() - started,
    )


def _make_version(spec: Spec, as_of: date) -> VersionedModel:
    try:
        return train_version(load_dataset(spec, as_of))
    except (NotEnoughDataError, CannotFitError) as shortage:
        try:
            return train_unevaluated_version(spec, as_of, str(shortage))
        except NotEnoughDataError as larger_shortage:
            return no_version(spec, as_of, str(larger_shortage))
        except CannotFitError as refusal:
            return no_version(spec, as_of, f"{shortage} Nor can a model be fitted without labels: {refusal}.")
