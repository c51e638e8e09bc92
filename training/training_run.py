"""The door that makes a model: load, choose, fit, calibrate, judge, register, and let the gate decide."""

import time
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from training.specs import Spec

if TYPE_CHECKING:
    from training.versioning import Made


@dataclass(frozen=True)
class TrainReport:
    """What a training came to. `outcome` is "trained" or "no_model"; `decision` the gate's action and its reason."""

    model: str
    as_of: date
    outcome: str
    message: str
    version: str | None
    champion: str | None
    decision: str | None
    metrics: dict[str, Any]
    is_new: bool
    seconds: float

    def __str__(self) -> str:
        named = f" version {self.version}" if self.version else ""
        decided = f"; {self.decision}" if self.decision else ""
        return f"{self.model}{named}: {self.message}{decided} ({self.seconds:.1f} s)"


def train(spec: Spec, as_of: date) -> TrainReport:
    """A model is trained, judged on held-out rows and registered, and the gate has decided whether it is champion.

    The same data and `as_of` give the same version and decision: nothing is fitted twice, and a run that was killed on
    the way is completed. Too little data: outcome "no_model", said why, nothing registered, the champion stays.
    Raises LabelsMissingError without marts.
    """
    from threadpoolctl import threadpool_limits

    from training.promotion.champions import champion, follow_promotions, only_one
    from training.promotion.gate import pass_gate
    from training.registry.attempts import NO_VERSION, record_attempt

    started = time.monotonic()
    # One thread each: trainings run side by side, and OpenMP threads that wait for a core burn it.
    with only_one(spec.name), threadpool_limits(1):
        made = _make(spec, as_of)
        record_attempt(made.attempt)
        decided = pass_gate(spec, as_of, made) if made.attempt.version != NO_VERSION else None
        follow_promotions(spec.name)
        return TrainReport(
            model=spec.name,
            as_of=as_of,
            outcome=made.attempt.outcome,
            message=made.attempt.message,
            version=made.attempt.version if decided else None,
            champion=champion(spec.name),
            decision=f"{decided.action}: {decided.evidence['reason']}" if decided else None,
            metrics=made.attempt.metrics,
            is_new=made.is_new,
            seconds=time.monotonic() - started,
        )


def _make(spec: Spec, as_of: date) -> "Made":
    from training.data.dataset import NotEnoughError, load_dataset
    from training.versioning import make_model, make_nothing, make_unjudged_model

    try:
        return make_model(spec, as_of, load_dataset(spec, as_of))
    except NotEnoughError as shortage:
        try:
            return make_unjudged_model(spec, as_of, str(shortage))
        except NotEnoughError as still:
            return make_nothing(spec, as_of, str(still))
