"""Let a challenger pass the gate, or not: gather the evidence, decide, and write the decision down."""

from datetime import date
from typing import Any

import numpy as np

from perennial.statistics import Interval
from training.data.dataset import Dataset
from training.evaluation.held_out import predict_held_out
from training.evaluation.metrics import Outcomes, improvement
from training.promotion.champions import Promotion, champion, promotions, record
from training.promotion.rule import Evidence, decide
from training.registry.attempts import attempt_of
from training.registry.versions import load_version
from training.specs import Spec
from training.versioning import Made


def pass_gate(spec: Spec, as_of: date, made: Made) -> Promotion:
    """The decision about this version; the one made before if there is one, so that nothing is decided twice."""
    version = made.attempt.version
    decided = _decision_about(spec, version)
    if decided is None:
        evidence = _gather(spec, made, champion(spec.name))
        record(spec.name, decide(spec.kind, evidence), version, as_of)
        decided = _decision_about(spec, version)
    assert decided is not None  # noqa: S101  # it has just been recorded
    return decided


def _decision_about(spec: Spec, version: str) -> Promotion | None:
    return next((made for made in promotions(spec.name) if made.version == version), None)


def _gather(spec: Spec, made: Made, reigning: str | None) -> Evidence:
    judged = made.attempt.metrics["evaluation"]
    error = _interval(judged["model"]["calibration"]["error"]) if judged else None
    over_baseline = _interval(judged["improvement"]) if judged else None
    if reigning is None:
        return Evidence(False, error, over_baseline)
    if made.dataset is None:
        return Evidence(True, error, over_baseline)
    over_champion, problem = _compare(spec, made.attempt.version, reigning, made.dataset)
    return Evidence(True, error, over_baseline, over_champion, problem)


def _compare(spec: Spec, challenger: str, reigning: str, dataset: Dataset) -> tuple[Interval | None, str | None]:
    """How much better the challenger is on rows that neither has seen, or what ails the champion."""
    attempt = attempt_of(spec.name, reigning)
    held_out = [
        day for day in dataset.periods.test if attempt and day >= date.fromisoformat(attempt.metrics["seen_until"])
    ]
    champion_model = load_version(spec.name, reigning)
    gone = [name for name in champion_model.columns if name not in dataset.rows.features]
    if gone:
        return None, f"reads features that are no longer there: {', '.join(gone)}"
    if attempt is None or attempt.metrics["evaluation"] is None:
        return None, "was never judged on held-out rows"
    if not held_out:
        return None, None
    rows = dataset.rows.during(held_out)
    new, old = (
        predict_held_out(spec, model.estimator, dataset, held_out)
        for model in (load_version(spec.name, challenger), champion_model)
    )
    outcomes = Outcomes(spec.kind, rows.actual, rows.customers, rows.stages, np.ones(len(rows)))
    return improvement(outcomes, new, old), None


def _interval(content: dict[str, Any]) -> Interval:
    return Interval(**content)
