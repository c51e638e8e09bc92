"""The parts by themselves: folds, scores, calibration, areas, policies."""

import numpy as np
import pytest

from perennial.statistics import t_interval
from perennial.uplift import UpliftVerdict
from perennial.uplift.effect_calibration import calibrate
from perennial.uplift.folds import FOLDS, draw_folds, fold_pairs
from perennial.uplift.nuisance import NuisancePredictions, doubly_robust_scores
from perennial.uplift.policy_value import compare_policies
from perennial.uplift.ranking import decile_of, evaluate_deciles, evaluate_ranking


def test_every_fold_is_predicted_by_three_fits_that_never_saw_it() -> None:
    found = list(fold_pairs())
    assert len(found) == 6
    for fold in range(FOLDS):
        assert sum(fold in pair.held for pair in found) == 3
    assert all(not set(pair.fitted) & set(pair.held) for pair in found)


def test_folds_have_the_same_share_of_treated() -> None:
    treated = np.random.default_rng(1).random(1_003) < 0.3
    fold = draw_folds(treated, seed=1)
    counts = np.bincount(fold[treated], minlength=FOLDS)
    assert counts.max() - counts.min() <= 1


def test_predictions_without_a_fold_do_not_come_from_it() -> None:
    fold = np.array([0, 1, 2, 3])
    by_fold = np.tile([1.0, 10.0, 100.0, 1000.0], (4, 1))
    predictions = NuisancePredictions(by_fold, fold, np.empty(0))
    np.testing.assert_allclose(predictions.without(), [370, 367, 337, 37])
    np.testing.assert_allclose(predictions.without(3)[:3], [55, 50.5, 5.5])


def test_scores_average_to_the_effect_however_poor_the_predictions() -> None:
    random = np.random.default_rng(2)
    propensity = random.uniform(0.2, 0.8, 200_000)
    treated = random.random(200_000) < propensity
    outcome = 3 * propensity + 0.7 * treated + random.normal(size=200_000)
    found = t_interval(doubly_robust_scores(outcome, treated, propensity, np.full(200_000, -1.0)))
    assert found.low < 0.7 < found.high


def test_noise_is_shrunk_away_and_a_signal_kept() -> None:
    random = np.random.default_rng(3)
    truth, fold = random.normal(size=5_000), np.arange(5_000) % 3
    score = 1 + truth + random.normal(0, 5, 5_000)
    signal = calibrate(truth * 10, score, fold)
    assert signal.apply(truth * 10).std() == pytest.approx(1, abs=0.2)
    assert signal.explained > 0.02
    against = calibrate(-truth, score, fold)
    assert against.explained < 0
    assert against.apply(-truth).std() == 0
    assert against.apply(-truth)[0] == pytest.approx(score.mean())
    # Customers with the same prediction get the same uplift, whoever they are.
    assert signal.apply(truth[:9] * 10, reference=truth * 10) == pytest.approx(signal.apply(truth * 10)[:9])


def test_the_areas_are_those_of_the_curve() -> None:
    random = np.random.default_rng(4)
    rank = (np.arange(20_000) + 0.5) / 20_000
    score = 2 * (1 - rank) + random.normal(0, 1, 20_000)
    found = evaluate_ranking(rank, score, seed=1)
    # Effects fall evenly from 2 to 0: the area under 2q - q² is 2/3, that under q is 1/2.
    assert found.auuc.low < 2 / 3 < found.auuc.high
    assert found.qini.low < 1 / 6 < found.qini.high
    assert found.auuc.high - found.auuc.low < 0.05
    trapezoid = np.trapezoid([point.gain.estimate for point in found.curve], [point.share for point in found.curve])
    assert trapezoid == pytest.approx(found.auuc.estimate, abs=0.005)
    assert found.curve[-1].gain.estimate == pytest.approx(found.curve[-1].random)


def test_bootstrap_intervals_of_qini_are_those_of_theory_inflated_for_cross_fitting() -> None:
    random = np.random.default_rng(5)
    rank = (np.arange(4_000) + 0.5) / 4_000
    qini = evaluate_ranking(rank, random.normal(0, 5, 4_000), seed=1).qini
    # The variance of a rank, from 0 to 1, is 1/12.
    assert (qini.high - qini.low) / 2 == pytest.approx(1.96 * np.sqrt(2) * 5 / np.sqrt(12 * 4_000), rel=0.1)
    assert qini.low < 0 < qini.high


def test_deciles_are_numbered_from_the_most_uplift() -> None:
    rank = (np.arange(100) + 0.5) / 100
    assert np.bincount(decile_of(rank).astype(int))[1:].tolist() == [10] * 10
    assert evaluate_deciles(rank, -rank, -rank)[0].predicted > evaluate_deciles(rank, -rank, -rank)[9].predicted


def test_personal_targeting_has_to_beat_both_simple_policies() -> None:
    random = np.random.default_rng(6)
    worth = np.where(np.arange(4_000) < 2_000, 1.0, -1.0) + random.normal(0, 1, 4_000)
    first_half = np.arange(4_000) < 2_000
    assert compare_policies(worth, first_half).verdict is UpliftVerdict.PERSONALISE
    # It beats no one, and not everyone: then everyone it is.
    assert compare_policies(worth + 3, first_half).verdict is UpliftVerdict.TREAT_EVERYONE
    assert compare_policies(worth - 3, ~first_half).verdict is UpliftVerdict.TREAT_NO_ONE
    assert compare_policies(worth, ~first_half).verdict is UpliftVerdict.CANNOT_TELL


def test_personal_targeting_is_falsely_recommended_in_at_most_one_of_forty() -> None:
    random = np.random.default_rng(7)
    half = np.arange(500) < 250
    verdicts = [compare_policies(random.normal(0, 1, 500), half).verdict for _ in range(2_000)]
    share = verdicts.count(UpliftVerdict.PERSONALISE) / 2_000
    assert share <= 0.025 + 3 * np.sqrt(0.025 * 0.975 / 2_000)
