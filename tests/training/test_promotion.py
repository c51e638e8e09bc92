"""The gate: who becomes champion, and who does not."""

import numpy as np
from scipy.special import expit

from perennial.statistics import Floats, Interval
from training.evaluation.metrics import Outcomes, evaluate, improvement
from training.promotion.rule import Evidence, decide
from training.specs import PredictionKind

CALIBRATED = Interval(0.01, 0.002, 0.018)
MISCALIBRATED = Interval(0.06, 0.04, 0.08)
BETTER, SAME, WORSE = Interval(0.02, 0.01, 0.03), Interval(0.001, -0.002, 0.004), Interval(-0.02, -0.03, -0.01)


def action(evidence: Evidence) -> str:
    return decide(PredictionKind.PROBABILITY, evidence).action


def test_the_first_calibrated_model_takes_the_empty_place() -> None:
    assert action(Evidence(False, CALIBRATED, BETTER)) == "first"
    assert action(Evidence(False, CALIBRATED, SAME)) == "first"


def test_a_miscalibrated_model_is_refused_even_an_empty_place() -> None:
    decision = decide(PredictionKind.PROBABILITY, Evidence(False, MISCALIBRATED, BETTER))
    assert (decision.action, decision.reason) == (
        "kept",
        "not calibrated: its error is at least 0.040, and 0.02 is allowed",
    )


def test_a_model_worse_than_the_baseline_is_refused() -> None:
    assert action(Evidence(False, CALIBRATED, WORSE)) == "kept"


def test_a_champion_yields_only_to_one_that_is_surely_better_and_calibrated() -> None:
    assert action(Evidence(True, CALIBRATED, BETTER, over_champion=BETTER)) == "promoted"
    assert action(Evidence(True, CALIBRATED, BETTER, over_champion=SAME)) == "kept"
    assert action(Evidence(True, MISCALIBRATED, BETTER, over_champion=BETTER)) == "kept"
    assert action(Evidence(True, CALIBRATED, BETTER)) == "kept"


def test_a_champion_that_cannot_read_the_features_any_more_yields_to_a_judged_challenger() -> None:
    gone = "reads features that are no longer there: mood"
    assert action(Evidence(True, CALIBRATED, SAME, None, gone)) == "promoted"
    assert action(Evidence(True, None, None, None, gone)) == "kept"


def test_a_model_that_could_not_be_judged_only_takes_an_empty_place() -> None:
    assert action(Evidence(False)) == "first"
    assert action(Evidence(True)) == "kept"


def test_evidence_is_written_down_with_the_decision() -> None:
    evidence = decide(PredictionKind.PROBABILITY, Evidence(True, CALIBRATED, BETTER, over_champion=SAME)).evidence
    assert evidence["over_champion"] == {"estimate": 0.001, "low": -0.002, "high": 0.004}
    assert evidence["reason"].startswith("not surely better than the champion")


def planted(informed: float, seed: int = 9) -> tuple[Outcomes, Floats]:
    """Calibrated predictions that know the share `informed` of what decides the label."""
    generator = np.random.default_rng(seed)
    known, hidden = generator.normal(size=(2, 6000))
    label = (generator.random(6000) < expit(2 * known + hidden)).astype(float)
    customers = np.array([f"c{number % 1500}" for number in range(6000)], dtype=object)
    stages = np.full(6000, "engagement", dtype=object)
    return Outcomes(PredictionKind.PROBABILITY, label, customers, stages, np.ones(6000)), expit(
        (2 * known + hidden) * informed
    )


def test_a_better_informed_challenger_is_promoted_and_an_equal_one_kept() -> None:
    outcomes, well_informed = planted(1.0)
    blind = np.full(6000, outcomes.actual.mean())
    judged = evaluate(outcomes, well_informed, blind)
    error = judged.model.calibration.error
    better = improvement(outcomes, well_informed, blind)
    equal = improvement(outcomes, well_informed, well_informed)
    assert action(Evidence(True, error, judged.improvement, better)) == "promoted"
    assert action(Evidence(True, error, judged.improvement, equal)) == "kept"


def test_an_overconfident_challenger_is_refused_although_it_ranks_alike() -> None:
    outcomes, overconfident = planted(3.0)
    judged = evaluate(outcomes, overconfident, np.full(6000, outcomes.actual.mean()))
    assert judged.model.metrics["auc"] > 0.8
    assert action(Evidence(False, judged.model.calibration.error, judged.improvement)) == "kept"
