"""The calibration gap recovers a planted truth: none where there is none, and the bias of messages beside it."""

import numpy as np
import pytest

from perennial.monitoring.stage_calibration import PopulationCalibration, measure_stage
from perennial.statistics import Calibration, SelectionMethod, effective_customers, message_propensity
from tests.monitoring.planted import DAYS, outcomes


def measured(seed: int = 1, **planted: float) -> tuple[PopulationCalibration, PopulationCalibration]:
    untreated, everyone = measure_stage(DAYS, outcomes(seed, **planted))  # type: ignore[arg-type]  # count is whole
    return untreated, everyone


def covers(part: Calibration, truth: float) -> bool:
    return part.difference.low <= truth <= part.difference.high


def test_calibrated_predictions_show_a_gap_whose_interval_covers_zero() -> None:
    untreated, _ = measured()
    assert untreated.calibration.gap.low == 0.0
    assert untreated.calibration.gap.estimate < 0.03
    assert covers(untreated.calibration, 0.0)
    assert untreated.line is not None
    assert untreated.line.slope.low < 1 < untreated.line.slope.high
    assert untreated.line.intercept.low < 0 < untreated.line.intercept.high


def test_five_points_of_planted_overconfidence_are_found() -> None:
    untreated, _ = measured(lie=0.05)
    gap = untreated.calibration.gap
    assert 0.0 < gap.low < 0.05 < gap.high
    assert untreated.calibration.difference.low > 0
    assert covers(untreated.calibration, 0.05)


def test_inverse_propensity_weights_remove_the_bias_that_messages_make() -> None:
    """Messages that prevent churn make an honest model look as if it exaggerated."""
    untreated, everyone = measured(effect=0.2)
    assert untreated.method is SelectionMethod.WEIGHTED
    assert everyone.calibration.difference.low > 0.05
    assert covers(untreated.calibration, 0.0)
    assert untreated.calibration.gap.low == 0.0
    assert untreated.bias is not None
    assert untreated.bias.low > 0.05


def test_leaving_out_the_messaged_without_weights_would_measure_other_customers() -> None:
    frame = outcomes(1, effect=0.2)
    untreated, _ = measure_stage(DAYS, frame)
    plain = frame.loc[~frame["was_messaged"], "predicted"].mean()
    assert plain < frame["predicted"].mean() - 0.05
    assert untreated.calibration.predicted == pytest.approx(frame["predicted"].mean(), abs=0.01)


def test_a_large_control_group_is_used_alone() -> None:
    untreated, everyone = measured(count=12_000, held=0.2, effect=0.2)
    assert untreated.method is SelectionMethod.HOLDOUT
    assert untreated.calibration.rows < everyone.calibration.rows / 4
    assert covers(untreated.calibration, 0.0)


def test_weights_find_what_the_control_group_finds_when_all_above_a_threshold_are_messaged() -> None:
    """An audience cut by its score leaves only the control group above: the hardest case for a propensity."""
    generator = np.random.default_rng(4)
    frame = outcomes(4, count=8_000, messaged=0.0, held=0.1)
    frame["was_messaged"] = (frame["predicted"] > 0.5) & ~frame["is_held"]
    saved = frame["was_messaged"] & (generator.random(len(frame)) < 0.5)
    frame.loc[saved, "realised"] = 0.0
    frame["propensity"] = frame["propensity_without_past_messages"] = message_propensity(DAYS.kind, frame, [])
    untreated, everyone = measure_stage(DAYS, frame)
    assert everyone.calibration.difference.low > 0.1
    assert covers(untreated.calibration, 0.0)


def test_a_group_that_is_never_written_to_stands_for_everyone_although_past_messages_separate_them() -> None:
    """A fifth is never written to, nearly all others are: past messages predict the next one almost surely."""
    generator = np.random.default_rng(7)
    frame = outcomes(7, count=3_000, messaged=0.0, held=0.0)
    never = generator.random(3_000) < 0.2
    frame["was_messaged"] = ~never & (generator.random(3_000) < 0.97)
    frame["count_messages_91d"] = np.where(never, 0.0, 12.0)
    frame["propensity"] = message_propensity(DAYS.kind, frame, ["count_messages_91d"])
    frame["propensity_without_past_messages"] = message_propensity(DAYS.kind, frame, [])
    untreated, _ = measure_stage(DAYS, frame)
    assert untreated.method is SelectionMethod.WEIGHTED
    assert untreated.effective_customers > 0.8 * (~frame["was_messaged"]).sum()
    assert covers(untreated.calibration, 0.0)


def test_where_nobody_was_messaged_everyone_is_measured_and_there_is_no_bias() -> None:
    untreated, everyone = measured(messaged=0.0)
    assert untreated.method is SelectionMethod.NOBODY_MESSAGED
    assert untreated.calibration == everyone.calibration
    assert untreated.bias is not None
    assert untreated.bias.estimate == 0.0


def test_too_few_customers_are_not_measured() -> None:
    assert measure_stage(DAYS, outcomes(1, count=49)) == []


def test_unequal_weights_leave_fewer_effective_customers() -> None:
    names = np.array(["a", "b", "c", "d"], dtype=object)
    assert effective_customers(names, np.ones(4)) == 4
    assert effective_customers(names, np.array([7.0, 1.0, 1.0, 1.0])) < 2
    assert effective_customers(np.array(["a", "a", "b"], dtype=object), np.ones(3)) == 2


@pytest.mark.validation
def test_gap_and_difference_cover_the_planted_truth_in_hundreds_of_markets() -> None:
    for lie, effect in ((0.0, 0.0), (0.05, 0.0), (0.0, 0.2)):
        found = [measured(seed, lie=lie, effect=effect)[0].calibration for seed in range(300)]
        assert np.mean([covers(part, lie) for part in found]) >= 0.93
        assert np.mean([part.gap.low <= lie <= part.gap.high for part in found]) >= 0.93
