"""Whether a model is due for training, and why."""

from datetime import date, timedelta

from perennial.database import Role, connect
from perennial.lifecycle import load_lifecycle
from perennial.tables import EXPERIMENTS_DRIFT
from training.promotion.champions import champion, promotions
from training.registry.attempts import NO_VERSION, attempts
from training.specs import Spec


def is_due(spec: Spec, as_of: date) -> bool:
    """Whether to train; `why_due` gives the reason."""
    return why_due(spec, as_of) is not None


def why_due(spec: Spec, as_of: date) -> str | None:
    """The reason to train, or None: no champion yet, no attempt within `training.retrain_after_days`, one without a
    decision, or drift beyond its threshold measured since the last attempt (`experiments.drift`).
    """
    if champion(spec.name) is None:
        return "there is no champion yet"
    days = load_lifecycle().training.retrain_after_days
    recent = attempts(spec.name, as_of - timedelta(days=days), as_of)
    if not recent:
        return f"nothing was trained within {days} days"
    decided = {decision.version for decision in promotions(spec.name)} | {NO_VERSION}
    if not {attempt.version for attempt in recent} <= decided:
        return "the last training was left undecided"
    return _drift_since(spec.name, recent[-1].as_of, as_of)


def _drift_since(model: str, trained: date, as_of: date) -> str | None:
    statement = f"""
        select feature, stability_index, threshold, reference_on from {EXPERIMENTS_DRIFT}
        where model = %s and is_drifted and as_of > %s and as_of <= %s
        order by as_of desc, what = 'prediction' desc, stability_index desc limit 1
    """
    with connect(Role.READER) as connection:
        row = connection.execute(statement, [model, trained, as_of]).fetchone()
    if row is None:
        return None
    feature, index, threshold, reference_on = row
    return f"{feature} has drifted by {index:.2f} since {reference_on} (threshold {threshold:.2f})"
