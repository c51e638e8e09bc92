"""The parts by themselves: who may see whom, scores, calibration, areas, judgement."""

import numpy as np
import pytest

from perennial.uplift import Verdict
from perennial.uplift.effect_calibration import calibrate
from perennial.uplift.folds import FOLDS, draw_folds, pairs
from perennial.uplift.means import mean
from perennial.uplift.nuisance import Foretold, doubly_robust
from perennial.uplift.policy_value import judge
from perennial.uplift.ranking import rank_value, tenth_of, tenths


def test_every_fold_is_foretold_by_three_fits_that_never_saw_it() -> None:
    found = list(pairs())
    assert len(found) == 6
    for fold in range(FOLDS):
        assert sum(fold in pair.held for pair in found) == 3
    assert all(not set(pair.fitted) & set(pair.held) for pair in found)


def test_folds_have_the_same_share_of_treated() -> None:
    treated = np.random.default_rng(1).random(1_003) < 0.3
    fold = draw_folds(treated, seed=1)
    counts = np.bincount(fold[treated], minlength=FOLDS)
    assert counts.max() - counts.min() <= 1


def test_what_is_foretold_without_a_fold_does_not_come_from_it() -> None:
    fold = np.array([0, 1, 2, 3])
    by = np.tile([1.0, 10.0, 100.0, 1000.0], (4, 1))
    told = Foretold(by, fold, np.empty(0))
    np.testing.assert_allclose(told.without(), [370, 367, 337, 37])
    np.testing.assert_allclose(told.without(3)[:3], [55, 50.5, 5.5])


def test_scores_average_to_the_effect_however_badly_the_outcome_is_foretold() -> None:
    random = np.random.default_rng(2)
    chance = random.uniform(0.2, 0.8, 200_000)
    treated = random.random(200_000) < chance
    outcome = 3 * chance + 0.7 * treated + random.normal(size=200_000)
    found = mean(doubly_robust(outcome, treated, chance, np.full(200_000, -1.0)))
    assert found.low < 0.7 < found.high


def test_noise_is_calibrated_away_and_a_signal_kept() -> None:
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
    # Of others the same is foretold as of those who were said the same.
    assert signal.apply(truth[:9] * 10, among=truth * 10) == pytest.approx(signal.apply(truth * 10)[:9])


def test_the_areas_are_those_of_the_curve() -> None:
    random = np.random.default_rng(4)
    rank = (np.arange(20_000) + 0.5) / 20_000
    score = 2 * (1 - rank) + random.normal(0, 1, 20_000)
    found = rank_value(rank, score, seed=1)
    # Effects fall evenly from 2 to 0: the area under 2q - q² is 2/3, that under q is 1/2.
    assert found.auuc.low < 2 / 3 < found.auuc.high
    assert found.qini.low < 1 / 6 < found.qini.high
    assert found.auuc.high - found.auuc.low < 0.05
    trapezoid = np.trapezoid([point.gain.value for point in found.curve], [point.share for point in found.curve])
    assert trapezoid == pytest.approx(found.auuc.value, abs=0.005)
    assert found.curve[-1].gain.value == pytest.approx(found.curve[-1].random)


def test_bootstrap_intervals_of_qini_are_those_of_theory_widened_for_teaching_and_judging() -> None:
    random = np.random.default_rng(5)
    rank = (np.arange(4_000) + 0.5) / 4_000
    qini = rank_value(rank, random.normal(0, 5, 4_000), seed=1).qini
    # The variance of a rank, from 0 to 1, is 1/12.
    assert (qini.high - qini.low) / 2 == pytest.approx(1.96 * np.sqrt(2) * 5 / np.sqrt(12 * 4_000), rel=0.1)
    assert qini.low < 0 < qini.high


def test_tenths_are_numbered_from_the_most_uplift() -> None:
    rank = (np.arange(100) + 0.5) / 100
    assert np.bincount(tenth_of(rank).astype(int))[1:].tolist() == [10] * 10
    assert tenths(rank, -rank, -rank)[0].predicted > tenths(rank, -rank, -rank)[9].predicted


def test_personal_targeting_has_to_beat_both_simple_policies() -> None:
    random = np.random.default_rng(6)
    worth = np.where(np.arange(4_000) < 2_000, 1.0, -1.0) + random.normal(0, 1, 4_000)
    first_half = np.arange(4_000) < 2_000
    assert judge(worth, first_half).verdict is Verdict.PERSONALISE
    # It beats no one, and not everyone: then everyone it is.
    assert judge(worth + 3, first_half).verdict is Verdict.TREAT_EVERYONE
    assert judge(worth - 3, ~first_half).verdict is Verdict.TREAT_NO_ONE
    assert judge(worth, ~first_half).verdict is Verdict.CANNOT_TELL


def test_personal_targeting_is_falsely_recommended_in_at_most_one_of_forty() -> None:
    random = np.random.default_rng(7)
    half = np.arange(500) < 250
    false = sum(judge(random.normal(0, 1, 500), half).verdict is Verdict.PERSONALISE for _ in range(2_000))
    assert false / 2_000 <= 0.025 + 3 * np.sqrt(0.025 * 0.975 / 2_000)
