"""Miscalibration fails the gate, a calibrator fitted anew repairs it, and drift makes a model due."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from perennial.database import Role, connect
from training import SPECS, champion, is_due, promote, recalibrate, train, why_due
from training.recalibration import NothingToRecalibrateError
from training.registry.versions import list_versions

pytestmark = pytest.mark.integration

INTENT = SPECS["purchase_intent"]
TURN = date(2017, 5, 21)
"""The Sunday from which nearly everyone orders more than before."""


def test_planted_miscalibration_fails_promotion_and_recalibration_repairs_it(brand: Callable[..., Any]) -> None:
    made = brand("purchase_intent", weeks=44, shift=1.5, shift_on=TURN)
    before_the_turn_was_seen = TURN + timedelta(weeks=6)
    refused = train(INTENT, before_the_turn_was_seen)
    assert refused.champion is None
    assert str(refused.decision).startswith("kept: not calibrated: its error is at least 0.")
    assert refused.metrics["evaluation"]["model"]["calibration"]["gap"]["low"] > 0.1

    add_event(made.as_of)
    promote(INTENT.name, "1")
    repaired = recalibrate(INTENT, made.as_of)
    assert (repaired.version, repaired.champion) == ("2", "2")
    assert str(repaired.decision).startswith("promoted: better than the champion")
    gap = repaired.metrics["evaluation"]["model"]["calibration"]["gap"]
    assert gap["low"] <= 0.02
    assert gap["estimate"] < 0.05
    assert repaired.metrics["candidate"] == refused.metrics["candidate"]

    again = recalibrate(INTENT, made.as_of)
    assert len(list_versions(INTENT.name)) <= 3  # the new champion's own calibrator, fitted anew once at most
    assert champion(INTENT.name) == again.champion


def test_without_a_champion_there_is_nothing_to_recalibrate(brand: Callable[..., Any]) -> None:
    made = brand("purchase_intent", weeks=12)
    with pytest.raises(NothingToRecalibrateError, match="no champion"):
        recalibrate(INTENT, made.as_of)


def test_drift_since_the_last_training_makes_a_model_due_and_the_training_ends_it(brand: Callable[..., Any]) -> None:
    made = brand("purchase_intent", weeks=12)
    day = made.as_of + timedelta(days=2)
    assert why_due(INTENT, made.as_of) == "there is no champion yet"
    train(INTENT, made.as_of)
    assert not is_due(INTENT, day)
    write_drift("mood", day, is_drifted=False)
    assert not is_due(INTENT, day)
    write_drift("recency", day, is_drifted=True)
    assert is_due(INTENT, day)
    assert why_due(INTENT, day) == "recency has drifted by 0.50 since 2017-03-19 (threshold 0.20)"
    assert not is_due(INTENT, made.as_of)
    assert str(why_due(INTENT, made.as_of + timedelta(days=30))).startswith("nothing was trained within 7 days")


def write_drift(feature: str, day: date, *, is_drifted: bool) -> None:
    with connect(Role.PUBLISHER) as connection:
        connection.execute(
            "insert into experiments.drift values (%s, %s, 'data', %s, '2017-03-19', %s, 9, 9, 0.5, 0.2, %s)",
            [INTENT.name, day, feature, day, is_drifted],
        )


def add_event(day: date) -> None:
    with connect(Role.LOADER) as connection:
        connection.execute(
            "insert into raw.events (message_id, type, user_id, occurred_at, received_at, source, load_id) "
            "values ('1', 'track', 'c0001', %s, %s, 'test', 1)",
            [day, day],
        )
