"""A score says what happens to customers whom nobody writes to, whatever was sent while it was learned."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

from perennial.stages import PredictionKind
from tests.training.conftest import true_margin
from training.calibration.calibrators import calibrate
from training.calibration.untreated_weights import untreated_weights
from training.data.rows import Rows
from training.selection import fit_candidate, predict
from training.specs import SPECS

INTENT = SPECS["purchase_intent"]
MakeRows = Callable[..., Rows]


@pytest.fixture
def sent(make_rows: MakeRows) -> tuple[Rows, Rows]:
    """The same rows twice: left alone, and with a campaign to the keenest, half of whom order because of it."""
    alone = make_rows(300, 20)
    chances = np.random.default_rng(2).random((2, len(alone)))
    messaged = chances[0] < 0.8 * expit(2 * true_margin(alone.features).to_numpy())
    target = np.where(messaged & (chances[1] < 0.5), 1.0, alone.target)
    return alone, replace(alone, messaged=messaged, target=target)


def test_calibration_tells_what_happens_without_messages(sent: tuple[Rows, Rows]) -> None:
    alone, campaign = sent
    naive = replace(campaign, messaged=np.zeros(len(campaign), dtype=bool))
    estimator = fit_candidate(INTENT, "logistic", alone)
    told, ignorant = (
        predict(PredictionKind.PROBABILITY, calibrate(estimator, rows)[0], alone).mean() for rows in (campaign, naive)
    )
    assert ignorant > alone.target.mean() + 0.05
    assert told == pytest.approx(alone.target.mean(), abs=0.025)


def test_who_was_messaged_counts_nothing_and_the_others_stand_for_them(sent: tuple[Rows, Rows]) -> None:
    alone, campaign = sent
    predicted = expit(true_margin(campaign.features).to_numpy())
    weights = untreated_weights(PredictionKind.PROBABILITY, campaign, predicted)
    assert not weights[campaign.messaged].any()
    assert weights.sum() == pytest.approx((~campaign.messaged).sum())
    assert np.average(predicted, weights=weights) == pytest.approx(predicted.mean(), abs=0.01)
    assert predicted[~campaign.messaged].mean() < predicted.mean() - 0.05
    assert (untreated_weights(PredictionKind.PROBABILITY, alone, predicted) == 1).all()


def test_where_too_few_are_left_alone_everyone_counts(sent: tuple[Rows, Rows]) -> None:
    _, campaign = sent
    predicted = expit(true_margin(campaign.features).to_numpy())
    everyone = replace(campaign, messaged=np.ones(len(campaign), dtype=bool))
    nearly = replace(campaign, messaged=campaign.customers > "c0100")
    for rows in (everyone, nearly):
        assert (untreated_weights(PredictionKind.PROBABILITY, rows, predicted) == 1).all()
