"""The calibration line recovers a planted slope and intercept, with errors that respect repeated customers."""

import numpy as np
import pytest
from scipy import stats
from sklearn.linear_model import LogisticRegression, PoissonRegressor

from perennial.stages import PredictionKind
from perennial.statistics import CalibrationLine, Floats, Names, fit_calibration_line
from perennial.statistics.regression import fit_regression, inverse_link

ONES = np.ones(4000)


def customers(count: int, rows_each: int = 1) -> Names:
    return np.repeat(np.array([f"c{number}" for number in range(count)], dtype=object), rows_each)


def fit(kind: PredictionKind, actual: Floats, predicted: Floats, names: Names) -> CalibrationLine:
    line = fit_calibration_line(kind, actual, predicted, names, np.ones(len(actual)))
    assert line is not None
    return line


def probabilities(seed: int, slope: float, intercept: float) -> tuple[Floats, Floats]:
    """Labels, and predictions whose log odds x have labels of log odds intercept + slope x."""
    generator = np.random.default_rng(seed)
    log_odds = generator.normal(-1, 1, 4000)
    truth = 1 / (1 + np.exp(-(intercept + slope * log_odds)))
    return (generator.random(4000) < truth).astype(float), 1 / (1 + np.exp(-log_odds))


@pytest.mark.parametrize(("slope", "intercept"), [(1.0, 0.0), (0.6, 0.3)])
def test_a_planted_line_lies_in_95_percent_of_intervals(slope: float, intercept: float) -> None:
    lines = [
        fit(PredictionKind.PROBABILITY, *probabilities(seed, slope, intercept), customers(4000)) for seed in range(100)
    ]
    fewest = stats.binom.ppf(0.001, 100, 0.95)
    assert sum(line.slope.contains(slope) for line in lines) >= fewest
    assert sum(line.intercept.contains(intercept) for line in lines) >= fewest
    assert max(line.slope.width for line in lines) < 0.25


def test_amounts_twice_too_high_have_an_intercept_of_minus_log_two() -> None:
    generator = np.random.default_rng(2)
    truth = generator.gamma(2, 50, 4000)
    line = fit(PredictionKind.VALUE, generator.gamma(2, truth / 2), truth * 2, customers(4000))
    assert line.slope.contains(1.0)
    assert line.intercept.estimate + line.slope.estimate * np.log(200) == pytest.approx(np.log(100), abs=0.05)


def test_rows_of_one_customer_count_as_one() -> None:
    actual, predicted = probabilities(3, 1.0, 0.0)
    once = fit(PredictionKind.PROBABILITY, actual, predicted, customers(4000))
    repeated = fit(PredictionKind.PROBABILITY, actual.repeat(3), predicted.repeat(3), customers(4000, 3))
    assert repeated.slope.width == pytest.approx(once.slope.width)
    independent = fit(PredictionKind.PROBABILITY, actual.repeat(3), predicted.repeat(3), customers(12_000))
    assert independent.slope.width == pytest.approx(once.slope.width / np.sqrt(3))


def test_a_line_that_is_not_identified_is_none() -> None:
    actual, predicted = probabilities(4, 1.0, 0.0)
    kind, names = PredictionKind.PROBABILITY, customers(4000)
    assert fit_calibration_line(kind, actual, np.full(4000, 0.3), names, ONES) is None
    few = np.zeros(4000)
    few[:9] = 1.0
    assert fit_calibration_line(kind, few, predicted, names, ONES) is None
    separated = (predicted > 0.3).astype(float)
    assert fit_calibration_line(kind, separated, predicted, names, ONES) is None


def test_coefficients_are_those_of_scikit_learn() -> None:
    generator = np.random.default_rng(5)
    columns = np.column_stack([np.ones(4000), generator.normal(size=(4000, 2))])
    mean = inverse_link(PredictionKind.VALUE, columns @ np.array([0.5, 0.3, -0.2]))
    counts, weights = generator.poisson(mean).astype(float), generator.uniform(0.5, 2, 4000)
    peer = PoissonRegressor(alpha=0, tol=1e-10).fit(columns[:, 1:], counts, weights)
    found = fit_regression(PredictionKind.VALUE, columns, counts, weights)
    assert found == pytest.approx([peer.intercept_, *peer.coef_], abs=1e-5)
    labels = (counts > 1).astype(float)
    ridge = LogisticRegression(C=1 / 2.0, tol=1e-10).fit(columns[:, 1:], labels, weights)
    found = fit_regression(PredictionKind.PROBABILITY, columns, labels, weights, ridge=2.0)
    assert found == pytest.approx([*ridge.intercept_, *ridge.coef_[0]], abs=1e-5)
