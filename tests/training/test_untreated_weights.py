"""A score predicts what happens without a message, whatever was sent while the model was trained."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

from perennial.stages import PredictionKind
from tests.training.planted_rows import true_margin
from training.calibration.calibrators import calibrate
from training.calibration.untreated_weights import untreated_weights
from training.data.rows import Rows
from training.estimators.fitting import fit_candidate, predict
from training.specs import SPECS

INTENT = SPECS["purchase_intent"]
MakeRows = Callable[..., Rows]


@pytest.fixture
def sent(make_rows: MakeRows) -> tuple[Rows, Rows]:
    """The same rows twice: untreated, and with a campaign to likely buyers, half of whom order because of it."""
    untreated = make_rows(300, 20)
    draws = np.random.default_rng(2).random((2, len(untreated)))
    messaged = draws[0] < 0.8 * expit(2 * true_margin(untreated.features).to_numpy())
    target = np.where(messaged & (draws[1] < 0.5), 1.0, untreated.target)
    return untreated, replace(untreated, messaged=messaged, target=target)


def test_calibrated_probabilities_are_those_without_messages(sent: tuple[Rows, Rows]) -> None:
    untreated, campaign = sent
    ignoring_messages = replace(campaign, messaged=np.zeros(len(campaign), dtype=bool))
    estimator = fit_candidate(INTENT, "logistic", untreated)
    weighted, naive = (
        predict(PredictionKind.PROBABILITY, calibrate(estimator, rows)[0], untreated).mean()
        for rows in (campaign, ignoring_messages)
    )
    assert naive > untreated.target.mean() + 0.05
    assert weighted == pytest.approx(untreated.target.mean(), abs=0.025)


def test_treated_rows_weigh_nothing_and_the_others_stand_for_them(sent: tuple[Rows, Rows]) -> None:
    untreated, campaign = sent
    predicted = expit(true_margin(campaign.features).to_numpy())
    weights = untreated_weights(PredictionKind.PROBABILITY, campaign, predicted)
    assert not weights[campaign.messaged].any()
    assert weights.sum() == pytest.approx((~campaign.messaged).sum())
    assert np.average(predicted, weights=weights) == pytest.approx(predicted.mean(), abs=0.01)
    assert predicted[~campaign.messaged].mean() < predicted.mean() - 0.05
    assert (untreated_weights(PredictionKind.PROBABILITY, untreated, predicted) == 1).all()


def test_with_too_few_untreated_rows_every_row_counts(sent: tuple[Rows, Rows]) -> None:
    _, campaign = sent
    predicted = expit(true_margin(campaign.features).to_numpy())
    everyone = replace(campaign, messaged=np.ones(len(campaign), dtype=bool))
    nearly = replace(campaign, messaged=campaign.customers > "c0100")
    for rows in (everyone, nearly):
        assert (untreated_weights(PredictionKind.PROBABILITY, rows, predicted) == 1).all()
