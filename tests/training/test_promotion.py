"""The promotion gate: which challenger becomes champion, and which does not."""

from datetime import date

import numpy as np
import pytest
from scipy.special import expit

from perennial.database import Role, connect
from perennial.statistics import Floats, Interval
from training.evaluation.metrics import Outcomes, evaluate, improvement
from training.promotion.peaks import in_words, peaks_between
from training.promotion.rule import Evidence, decide
from training.specs import PredictionKind

CALIBRATED = Interval(0.01, 0.002, 0.018)
MISCALIBRATED = Interval(0.06, 0.04, 0.08)
BETTER, SAME, WORSE = Interval(0.02, 0.01, 0.03), Interval(0.001, -0.002, 0.004), Interval(-0.02, -0.03, -0.01)


def action(evidence: Evidence) -> str:
    return decide(PredictionKind.PROBABILITY, evidence).action


def test_the_first_calibrated_model_becomes_champion() -> None:
    assert action(Evidence(False, CALIBRATED, BETTER)) == "first"
    assert action(Evidence(False, CALIBRATED, SAME)) == "first"


def test_a_miscalibrated_model_is_refused_even_without_a_champion() -> None:
    decision = decide(PredictionKind.PROBABILITY, Evidence(False, MISCALIBRATED, BETTER))
    assert (decision.action, decision.reason) == (
        "kept",
        "not calibrated: its error is at least 0.040, and 0.02 is allowed",
    )


def test_a_model_worse_than_the_baseline_is_refused() -> None:
    assert action(Evidence(False, CALIBRATED, WORSE)) == "kept"


def test_a_refusal_names_the_peaks_of_its_held_out_period() -> None:
    peaks = in_words([(date(2023, 11, 24), 20.3), (date(2023, 11, 27), None)])
    refused = decide(PredictionKind.PROBABILITY, Evidence(False, MISCALIBRATED, BETTER, peaks=peaks))
    assert refused.reason == (
        "not calibrated: its error is at least 0.040, and 0.02 is allowed; the held-out period has a peak: "
        "2023-11-24 (20 times the usual orders), 2023-11-27"
    )
    accepted = decide(PredictionKind.PROBABILITY, Evidence(False, CALIBRATED, BETTER, peaks=peaks))
    assert accepted.reason == "there was no champion"
    assert in_words([]) is None


@pytest.mark.integration
@pytest.mark.usefixtures("warehouse")
def test_peaks_are_those_that_dbt_marks_between_two_days() -> None:
    first, last = date(2023, 11, 1), date(2023, 11, 30)
    assert peaks_between(first, last) is None
    with connect(Role.TRANSFORMER) as connection:
        connection.execute(
            "create table marts.days as select day::date, 10 + 190 * is_peak::int as count_orders, "
            "10::double precision as usual_orders, is_peak "
            "from (values ('2023-10-31', true), ('2023-11-24', true), ('2023-11-25', false), ('2023-12-01', true)) "
            "as days (day, is_peak)"
        )
    assert peaks_between(first, last) == "the held-out period has a peak: 2023-11-24 (20 times the usual orders)"


def test_a_champion_is_replaced_only_by_a_better_and_calibrated_one() -> None:
    assert action(Evidence(True, CALIBRATED, BETTER, over_champion=BETTER)) == "promoted"
    assert action(Evidence(True, CALIBRATED, BETTER, over_champion=SAME)) == "kept"
    assert action(Evidence(True, MISCALIBRATED, BETTER, over_champion=BETTER)) == "kept"
    assert action(Evidence(True, CALIBRATED, BETTER)) == "kept"


def test_a_champion_whose_features_are_gone_is_replaced_by_an_evaluated_challenger() -> None:
    gone = "reads features that are no longer there: mood"
    assert action(Evidence(True, CALIBRATED, SAME, None, gone)) == "promoted"
    assert action(Evidence(True, None, None, None, gone)) == "kept"


def test_a_model_without_evaluation_only_becomes_a_first_champion() -> None:
    assert action(Evidence(False)) == "first"
    assert action(Evidence(True)) == "kept"


def test_evidence_is_stored_with_the_decision() -> None:
    evidence = decide(PredictionKind.PROBABILITY, Evidence(True, CALIBRATED, BETTER, over_champion=SAME)).evidence
    assert evidence["over_champion"] == {"estimate": 0.001, "low": -0.002, "high": 0.004}
    assert evidence["reason"].startswith("not clearly better than the champion")


def planted(informed: float, seed: int = 9) -> tuple[Outcomes, Floats]:
    """A label and predictions from its log odds times `informed`: calibrated at 1, overconfident above."""
    generator = np.random.default_rng(seed)
    observed, other = generator.normal(size=(2, 6000))
    label = (generator.random(6000) < expit(2 * observed + other)).astype(float)
    customers = np.array([f"c{number % 1500}" for number in range(6000)], dtype=object)
    stages = np.full(6000, "engagement", dtype=object)
    return Outcomes(PredictionKind.PROBABILITY, label, customers, stages, np.ones(6000)), expit(
        (2 * observed + other) * informed
    )


def test_a_better_challenger_is_promoted_and_an_equal_one_kept() -> None:
    outcomes, calibrated = planted(1.0)
    constant = np.full(6000, outcomes.actual.mean())
    evaluation = evaluate(outcomes, calibrated, constant)
    error = evaluation.model.calibration.error
    better = improvement(outcomes, calibrated, constant)
    equal = improvement(outcomes, calibrated, calibrated)
    assert action(Evidence(True, error, evaluation.improvement, better)) == "promoted"
    assert action(Evidence(True, error, evaluation.improvement, equal)) == "kept"


def test_an_overconfident_challenger_is_refused_although_it_ranks_equally_well() -> None:
    outcomes, overconfident = planted(3.0)
    evaluation = evaluate(outcomes, overconfident, np.full(6000, outcomes.actual.mean()))
    assert evaluation.model.metrics["auc"] > 0.8
    assert action(Evidence(False, evaluation.model.calibration.error, evaluation.improvement)) == "kept"
