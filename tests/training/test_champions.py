"""Who is champion: compared on rows that nobody has seen, overridden by hand, and the same in MLflow's aliases."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from perennial.database import Role, connect
from training import SPECS, champion, promote, report, rollback, score, train
from training.promotion.champions import promotions
from training.promotion.manual_override import NothingToRollBackError
from training.registry.versions import CHAMPION, NoSuchVersionError, aliased_version

pytestmark = pytest.mark.integration

INTENT = SPECS["purchase_intent"]


def test_a_week_later_the_challenger_is_compared_on_rows_neither_has_seen(brand: Callable[..., Any]) -> None:
    planted = brand("purchase_intent", weeks=24, seed=4)
    train(INTENT, date(2017, 5, 28))
    as_release_0_1_stored_it()
    assert report(INTENT.name).line.metrics["log_loss"] > 0
    later = train(INTENT, planted.as_of)
    assert (later.version, later.champion) == ("2", "1")
    (_, kept) = promotions(INTENT.name)
    assert kept.action == "kept"
    assert kept.evidence["over_champion"] is not None
    assert score(INTENT, date(2017, 5, 28)).version == "1"


def test_manual_promotion_and_rollback_as_far_back_as_there_were_champions(brand: Callable[..., Any]) -> None:
    planted = brand("purchase_intent", weeks=12)
    planted.add_event()
    for day in (date(2017, 3, 5), date(2017, 3, 12), planted.as_of):
        train(INTENT, day)
    with pytest.raises(NothingToRollBackError, match="no other champion"):
        rollback(INTENT.name)
    assert promote(INTENT.name, "2").action == "promoted_by_hand"
    promote(INTENT.name, "3")
    assert len(promotions(INTENT.name)) == 5
    promote(INTENT.name, "3")
    assert len(promotions(INTENT.name)) == 5
    assert rollback(INTENT.name).champion_after == "2"
    assert rollback(INTENT.name).champion_after == "1"
    assert champion(INTENT.name) == aliased_version(INTENT.name, CHAMPION) == "1"
    with pytest.raises(NoSuchVersionError, match="there are: 1, 2, 3"):
        promote(INTENT.name, "9")


def as_release_0_1_stored_it() -> None:
    """The summaries in the warehouse have the old keys alone."""
    new = ["training_data_end", "training_population", "calibration_population", "validation_losses", "data_as_of"]
    with connect(Role.OWNER) as connection:
        connection.execute("update predictions.evaluations set metrics = metrics - %s::text[]", [[*new, "plots"]])
