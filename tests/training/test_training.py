"""A model is trained, evaluated, promoted and scores, on the real stores: PostgreSQL, Feast and MLflow."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from perennial.database import Role, connect
from tests.training.planted_brand import query
from training import SPECS, is_due, list_models, report, score, train
from training.data.dataset import load_dataset, load_histories
from training.registry.attempts import attempts
from training.registry.versions import CHAMPION, aliased_version, list_versions, point_alias

pytestmark = pytest.mark.integration

INTENT, VALUE = SPECS["purchase_intent"], SPECS["customer_value"]


def test_a_model_is_trained_evaluated_promoted_and_scores(brand: Callable[..., Any]) -> None:
    planted = brand("purchase_intent")
    assert is_due(INTENT, planted.as_of)
    trained = train(INTENT, planted.as_of)
    assert (trained.outcome, trained.version, trained.champion) == ("trained", "1", "1")
    assert trained.decision.startswith("first")
    assert trained.summary
    assert trained.summary.evaluation
    assert trained.summary.evaluation.improvement.low > 0
    assert aliased_version(INTENT.name, CHAMPION) == "1"
    assert not is_due(INTENT, planted.as_of)
    assert is_due(INTENT, date(2017, 9, 1))

    scored = score(INTENT, planted.as_of)
    assert (scored.count_scored, scored.version) == (150, "1")
    found = query("select probability, percentile, band, reasons, stage from predictions.scores order by probability")
    assert len(found) == 150
    assert all(0 < row[0] < 1 and len(row[3]) == 3 and row[4] == "engagement" for row in found)
    assert [row[1] for row in found] == sorted(row[1] for row in found)
    assert {band: sum(row[2] == band for row in found) for band in ("low", "medium", "high")} == {
        "low": 75,
        "medium": 45,
        "high": 30,
    }
    strongest = [row[3][0] for row in found]
    assert sum(reason["feature"] in ("mood", "days_since_last_order") for reason in strongest) > 140
    assert "in words: " in strongest[0]["text"]

    page = report("purchase_intent")
    assert page.line.champion == "1"
    update = page.intercept_update
    assert update is not None
    assert query("select distinct as_of, intercept_update from predictions.scores") == [(update.as_of, update.log_odds)]
    content = page.to_dict()
    assert [part["stage"] for part in content["stages"]] == ["engagement"]
    for deprecated, name in (("level", "intercept_update"), ("pictures", "plots"), ("validation", "validation_losses")):
        assert content[deprecated] == content[name]
    assert content["attempts"][0]["metrics"] == trained.to_dict()["metrics"] == trained.summary.to_json()
    assert page.line.metrics["log_loss"] < page.line.baseline["log_loss"]
    assert set(page.plots) == {"reliability", "lift", "importances"}
    assert all("/artifacts/plots/" in url for url in page.plots.values())
    assert "season" not in trained.summary.importances
    assert [line.model for line in list_models()] == [spec.name for spec in SPECS.values()]


def test_training_and_scoring_again_changes_nothing(brand: Callable[..., Any]) -> None:
    planted = brand("purchase_intent", weeks=20)
    first = train(INTENT, planted.as_of)
    score(INTENT, planted.as_of)
    before = query("select * from predictions.scores order by customer_id")
    decided, tried = (
        query("select * from predictions.promotions"),
        query("select * from predictions.evaluations"),
    )

    second = train(INTENT, planted.as_of)
    assert first.is_new
    assert not second.is_new
    assert (second.version, second.decision, second.summary) == (first.version, first.decision, first.summary)
    assert score(INTENT, planted.as_of).count_changed == 0
    assert query("select * from predictions.scores order by customer_id") == before
    assert query("select * from predictions.promotions") == decided
    assert query("select * from predictions.evaluations") == tried
    assert len(list_versions(INTENT.name)) == 1


def test_a_run_killed_after_registering_is_completed_by_the_next(brand: Callable[..., Any]) -> None:
    planted = brand("purchase_intent", weeks=20)
    train(INTENT, planted.as_of)
    with connect(Role.OWNER) as connection:  # as if it had been killed before the attempt, the decision and the alias
        connection.execute("delete from predictions.promotions")
        connection.execute("delete from predictions.evaluations")
    point_alias(INTENT.name, CHAMPION, None)
    assert is_due(INTENT, planted.as_of)
    resumed = train(INTENT, planted.as_of)
    assert (resumed.version, resumed.is_new, resumed.champion) == ("1", False, "1")
    assert [attempt.version for attempt in attempts(INTENT.name)] == ["1"]
    assert aliased_version(INTENT.name, CHAMPION) == "1"


def test_too_few_of_an_outcome_give_no_model_and_no_scores(brand: Callable[..., Any]) -> None:
    planted = brand("purchase_intent", weeks=20, customers=40)
    nothing = train(INTENT, planted.as_of)
    assert (nothing.outcome, nothing.version, nothing.champion) == ("no_model", None, None)
    assert "and 50 are needed" in nothing.message
    assert list_versions(INTENT.name) == []
    assert score(INTENT, planted.as_of).message == "no champion, so nobody is scored"
    assert query("select outcome, model_version from predictions.evaluations") == [("no_model", "none")]
    assert report("purchase_intent").line.message == nothing.message


def test_a_short_history_is_ordered_by_customer_value_and_its_amounts_are_withheld(brand: Callable[..., Any]) -> None:
    planted = brand("customer_value", weeks=10)
    trained = train(VALUE, planted.as_of)
    assert (trained.outcome, trained.champion) == ("trained", "1")
    assert trained.message.startswith(
        "buy_till_you_die, fitted without labels and not evaluated yet. History is too short"
    )
    score(VALUE, planted.as_of)
    scores = query(
        "select count(*), min(status), count(value), count(distinct percentile) > 100 from predictions.scores"
    )
    assert scores == [(150, "withheld", 0, True)]


def test_who_withdraws_consent_is_neither_in_the_training_set_nor_scored(brand: Callable[..., Any]) -> None:
    planted = brand("purchase_intent", weeks=12)
    train(INTENT, planted.as_of)
    score(INTENT, planted.as_of)
    assert "o'Brien" in load_dataset(INTENT, planted.as_of).rows.customers
    for purpose in ("training", "profiling"):
        planted.withdraw("o'Brien", purpose)
    assert "o'Brien" not in load_dataset(INTENT, planted.as_of).rows.customers
    assert score(INTENT, planted.as_of).count_scored == 149
    assert query("select count(*) from predictions.scores where customer_id = 'o''Brien'") == [(0,)]


def test_histories_are_of_those_who_consent_to_training(brand: Callable[..., Any]) -> None:
    planted = brand("customer_value", weeks=4)
    assert "o'Brien" in load_histories(VALUE, planted.as_of).rows.customers
    planted.withdraw("o'Brien", "training")
    assert "o'Brien" not in load_histories(VALUE, planted.as_of).rows.customers
