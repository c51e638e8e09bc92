"""Calibration error recovers a planted error of known size, with an interval that covers it."""

import numpy as np
import pytest

from perennial.stages import PredictionKind
from perennial.statistics import Calibration, Floats, measure_calibration
from training.promotion.rule import TOLERANCE


def measured(seed: int, planted: float = 0.0, count: int = 4000, per_customer: int = 4) -> Calibration:
    generator = np.random.default_rng(seed)
    truth = generator.beta(2, 3, count)
    label = (generator.random(count) < truth).astype(float)
    customers = np.repeat([f"c{number}" for number in range(count // per_customer)], per_customer).astype(object)
    predicted = np.clip(truth + planted, 0.001, 0.999)
    return measure_calibration(PredictionKind.PROBABILITY, label, predicted, customers)


def test_perfect_predictions_have_an_error_near_the_floor() -> None:
    errors = [measured(seed) for seed in range(10)]
    assert np.mean([part.error.estimate for part in errors]) == pytest.approx(errors[0].floor, rel=0.3)
    assert all(part.error.low <= TOLERANCE[PredictionKind.PROBABILITY] for part in errors)


@pytest.mark.parametrize("planted", [0.08, -0.08])
def test_a_planted_error_is_detected_and_covered_by_its_interval(planted: float) -> None:
    found = measured(3, planted)
    assert found.error.low > TOLERANCE[PredictionKind.PROBABILITY]
    assert found.error.low < abs(planted) < found.error.high


def test_bins_have_equally_many_rows_and_intervals_contain_the_observed_mean() -> None:
    found = measured(5)
    assert {part.rows for part in found.bins} == {400}
    assert all(part.low <= part.observed <= part.high for part in found.bins)
    predicted = [part.predicted for part in found.bins]
    assert predicted == sorted(predicted)


def test_correlated_rows_of_a_customer_widen_the_interval() -> None:
    generator = np.random.default_rng(2)
    truth = np.repeat(generator.beta(2, 3, 400), 10)
    label = np.repeat((generator.random(400) < truth[::10]).astype(float), 10)
    clustered = np.repeat([f"c{number}" for number in range(400)], 10).astype(object)
    independent = np.array([f"c{number}" for number in range(4000)], dtype=object)
    assert width(label, truth, clustered) > 2 * width(label, truth, independent)


def width(label: Floats, truth: Floats, customers: "np.ndarray[tuple[int], np.dtype[np.object_]]") -> float:
    part = measure_calibration(PredictionKind.PROBABILITY, label, truth, customers).bins[5]
    return part.high - part.low


def test_errors_of_expected_amounts_are_a_share_of_the_total() -> None:
    generator = np.random.default_rng(4)
    truth = generator.gamma(2, 50, 5000)
    spent = generator.gamma(2, truth / 2)
    customers = np.array([f"c{number}" for number in range(5000)], dtype=object)
    calibrated = measure_calibration(PredictionKind.VALUE, spent, truth, customers)
    inflated = measure_calibration(PredictionKind.VALUE, spent, truth * 1.3, customers)
    assert calibrated.error.estimate < 0.05
    assert inflated.error.low < 0.3 < inflated.error.high
    assert inflated.error.low > TOLERANCE[PredictionKind.VALUE]


def test_few_rows_are_binned_in_fewer_bins() -> None:
    assert len(measured(1, count=120).bins) == 2
    assert len(measured(1, count=8).bins) == 1


def test_the_gap_of_perfect_predictions_is_near_zero_and_its_interval_contains_it() -> None:
    found = [measured(seed) for seed in range(10)]
    assert np.mean([part.gap.estimate for part in found]) < 0.01
    assert all(part.gap.low == 0.0 for part in found)
    assert all(part.gap.high < 0.05 for part in found)


@pytest.mark.parametrize("planted", [0.05, -0.05])
def test_a_planted_gap_is_detected_with_its_sign(planted: float) -> None:
    found = measured(3, planted)
    assert 0.0 < found.gap.low < abs(planted) < found.gap.high
    assert found.difference.low < planted < found.difference.high
    assert found.difference.low * planted > 0
    assert found.difference.high * planted > 0


def test_errors_that_cancel_in_the_difference_stay_in_the_gap() -> None:
    generator = np.random.default_rng(6)
    truth = generator.beta(2, 2, 8000)
    label = (generator.random(8000) < truth).astype(float)
    customers = np.array([f"c{number}" for number in range(8000)], dtype=object)
    overconfident = np.clip(0.5 + 1.4 * (truth - 0.5), 0.001, 0.999)
    found = measure_calibration(PredictionKind.PROBABILITY, label, overconfident, customers)
    assert abs(found.difference.estimate) < 0.02
    assert found.gap.low > 0.04


def test_a_row_of_weight_two_counts_as_two_rows() -> None:
    generator = np.random.default_rng(8)
    truth, predicted = generator.beta(2, 3, 40), np.full(40, 0.4)
    label = (generator.random(40) < truth).astype(float)
    names = np.array([f"c{number}" for number in range(40)], dtype=object)
    weights = generator.integers(1, 4, 40)
    weighted = measure_calibration(PredictionKind.PROBABILITY, label, predicted, names, weights.astype(float))
    repeated = measure_calibration(
        PredictionKind.PROBABILITY, label.repeat(weights), predicted.repeat(weights), names.repeat(weights)
    )
    for one, other in ((weighted.difference, repeated.difference), (weighted.error, repeated.error)):
        assert (one.estimate, one.low, one.high) == pytest.approx((other.estimate, other.low, other.high))
    assert weighted.observed == pytest.approx(repeated.observed)
