"""Miscalibration fails the gate, refitting the calibrator repairs it, and drift makes a model due."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from perennial.database import Role, connect
from perennial.statistics import Interval
from training import SPECS, champion, is_due, promote, recalibrate, train, why_due
from training.recalibration import NothingToRecalibrateError
from training.registry.versions import list_versions
from training.training_run import TrainReport

pytestmark = pytest.mark.integration

INTENT = SPECS["purchase_intent"]
TURN = date(2017, 5, 21)
"""The Sunday from which nearly everyone orders more than before."""


def test_planted_miscalibration_fails_the_gate_and_recalibration_repairs_it(brand: Callable[..., Any]) -> None:
    planted = brand("purchase_intent", weeks=44, shift=1.5, shift_on=TURN)
    before_the_turn_shows = TURN + timedelta(weeks=6)
    refused = train(INTENT, before_the_turn_shows)
    assert refused.champion is None
    assert str(refused.decision).startswith("kept: not calibrated: its error is at least 0.")
    assert gap_of(refused).low > 0.1

    planted.add_event()
    promote(INTENT.name, "1")
    repaired = recalibrate(INTENT, planted.as_of)
    assert (repaired.version, repaired.champion) == ("2", "2")
    assert str(repaired.decision).startswith("promoted: better than the champion")
    assert gap_of(repaired).low <= 0.02
    assert gap_of(repaired).estimate < 0.05
    assert repaired.summary
    assert refused.summary
    assert repaired.summary.candidate == refused.summary.candidate

    again = recalibrate(INTENT, planted.as_of)
    assert len(list_versions(INTENT.name)) <= 3  # the new champion's own calibrator is refitted once at most
    assert champion(INTENT.name) == again.champion


def test_without_a_champion_there_is_nothing_to_recalibrate(brand: Callable[..., Any]) -> None:
    planted = brand("purchase_intent", weeks=12)
    with pytest.raises(NothingToRecalibrateError, match="no champion"):
        recalibrate(INTENT, planted.as_of)


def test_drift_since_the_last_training_makes_a_model_due_and_the_training_ends_it(brand: Callable[..., Any]) -> None:
    planted = brand("purchase_intent", weeks=12)
    day = planted.as_of + timedelta(days=2)
    assert why_due(INTENT, planted.as_of) == "there is no champion yet"
    train(INTENT, planted.as_of)
    assert not is_due(INTENT, day)
    write_drift("mood", day, is_drifted=False)
    assert not is_due(INTENT, day)
    write_drift("recency", day, is_drifted=True)
    assert is_due(INTENT, day)
    assert why_due(INTENT, day) == "recency has drifted by 0.50 since 2017-03-19 (threshold 0.20)"
    assert not is_due(INTENT, planted.as_of)
    assert str(why_due(INTENT, planted.as_of + timedelta(days=30))).startswith("nothing was trained within 7 days")


def gap_of(report: TrainReport) -> Interval:
    assert report.summary
    assert report.summary.evaluation
    return report.summary.evaluation.model.calibration.gap


def write_drift(feature: str, day: date, *, is_drifted: bool) -> None:
    with connect(Role.PUBLISHER) as connection:
        connection.execute(
            "insert into experiments.drift values (%s, %s, 'data', %s, '2017-03-19', %s, 9, 9, 0.5, 0.2, %s)",
            [INTENT.name, day, feature, day, is_drifted],
        )
