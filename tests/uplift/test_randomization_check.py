"""Randomised trials are refused no more often than the nominal level, and treatment that was chosen is detected."""

import logging

import numpy as np
import pytest
from scipy import stats
from threadpoolctl import threadpool_limits

from perennial.uplift import UpliftInputError
from perennial.uplift.folds import FOLDS, draw_folds
from perennial.uplift.randomization_check import REFUSED_AT, check_balance, predict_treatment
from perennial.uplift.results import Balance

log = logging.getLogger("validation")


def checked(seed: int, rows: int, *, selected_by: float = 0.0) -> Balance:
    """A trial whose treatment depends so much, in log odds, on the last of eight features."""
    random = np.random.default_rng([seed, 77])
    features = random.normal(size=(rows, 8))
    features[:, :3] = np.exp(features[:, :3])
    treated = random.random(rows) < 1 / (1 + np.exp(-selected_by * features[:, 7]))
    propensity = np.full(rows, treated.mean())
    with threadpool_limits(1):
        return check_balance(features, treated, propensity, draw_folds(treated, seed), is_propensity_given=False)


def p_values(trials: int, rows: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([checked(seed, rows).p_value for seed in range(trials)])


def most(trials: int, alpha: float) -> float:
    """The share that only one in a thousand such runs exceeds."""
    return float(stats.binom.ppf(0.999, trials, alpha)) / trials


def test_no_fold_is_predicted_by_a_model_that_has_seen_it_or_a_later_one() -> None:
    """Were it so, pairs of rows would count twice; the rates below show it only over thousands of trials."""
    random = np.random.default_rng(1)
    features, treated = random.normal(size=(800, 3)), random.random(800) < 0.5
    fold = draw_folds(treated, 1)
    predicted = predict_treatment(features, treated, fold)
    for number in range(1, FOLDS):
        again = predict_treatment(features, treated ^ (fold >= number), fold)
        np.testing.assert_array_equal(predicted[fold <= number], again[fold <= number])
    assert np.isnan(predicted[fold == 0]).all()
    assert np.isfinite(predicted[fold > 0]).all()


def test_randomised_trials_have_few_small_p_values() -> None:
    assert np.mean(p_values(150, 1_000) < 0.1) <= most(150, 0.1)


def test_a_weak_selection_is_refused_where_there_are_many_rows() -> None:
    with pytest.raises(UpliftInputError, match="not assigned at random"):
        checked(1, 20_000, selected_by=0.2)


@pytest.mark.validation
@pytest.mark.timeout(1800)
def test_p_values_of_thousands_of_randomised_trials_are_at_their_nominal_level() -> None:
    found = p_values(2_000, 2_000)
    shares = {alpha: float(np.mean(found < alpha)) for alpha in (0.05, 0.01, REFUSED_AT)}
    log.info("randomised trials below each level: %s", shares)
    assert all(share <= most(2_000, alpha) for alpha, share in shares.items())
