"""Training, promotion and scoring against the real stores: PostgreSQL, Feast and MLflow."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from mlflow import artifacts

from perennial.as_of import snapshot_at
from perennial.database import Role, connect
from training import SPECS, champion, is_due, list_models, promote, report, rollback, score, train
from training.data.dataset import LabelsMissingError, load_dataset
from training.promotion.champions import promotions
from training.promotion.manual_override import NothingToRollBackError
from training.registry.attempts import attempts
from training.registry.versions import (
    CHAMPION,
    DIGEST_TAG,
    NoSuchVersionError,
    aliased_version,
    list_versions,
    load_version,
    mlflow_client,
    point_alias,
)

pytestmark = pytest.mark.integration

INTENT, VALUE = SPECS["purchase_intent"], SPECS["customer_value"]


def rows(statement: str) -> list[tuple[Any, ...]]:
    with connect(Role.READER) as connection:
        return connection.execute(statement).fetchall()  # type: ignore[call-overload]  # statements of this file


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
    found = rows("select probability, percentile, band, reasons, stage from predictions.scores order by probability")
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
    assert rows("select distinct as_of, intercept_update from predictions.scores") == [(update.as_of, update.log_odds)]
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
    before = rows("select * from predictions.scores order by customer_id")
    decided, tried = rows("select * from predictions.promotions"), rows("select * from predictions.evaluations")

    second = train(INTENT, planted.as_of)
    assert first.is_new
    assert not second.is_new
    assert (second.version, second.decision, second.summary) == (first.version, first.decision, first.summary)
    assert score(INTENT, planted.as_of).count_changed == 0
    assert rows("select * from predictions.scores order by customer_id") == before
    assert rows("select * from predictions.promotions") == decided
    assert rows("select * from predictions.evaluations") == tried
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


def test_a_week_later_the_challenger_is_compared_on_rows_neither_has_seen(brand: Callable[..., Any]) -> None:
    planted = brand("purchase_intent", weeks=24, seed=4)
    train(INTENT, date(2017, 5, 28))
    later = train(INTENT, planted.as_of)
    assert (later.version, later.champion) == ("2", "1")
    (_, kept) = promotions(INTENT.name)
    assert kept.action == "kept"
    assert kept.evidence["over_champion"] is not None
    assert score(INTENT, date(2017, 5, 28)).version == "1"


def test_manual_promotion_and_rollback_as_far_back_as_there_were_champions(brand: Callable[..., Any]) -> None:
    planted = brand("purchase_intent", weeks=12)
    add_event(planted.as_of)
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


def test_too_few_of_an_outcome_give_no_model_and_no_scores(brand: Callable[..., Any]) -> None:
    planted = brand("purchase_intent", weeks=20, customers=40)
    nothing = train(INTENT, planted.as_of)
    assert (nothing.outcome, nothing.version, nothing.champion) == ("no_model", None, None)
    assert "and 50 are needed" in nothing.message
    assert list_versions(INTENT.name) == []
    assert score(INTENT, planted.as_of).message == "no champion, so nobody is scored"
    assert rows("select outcome, model_version from predictions.evaluations") == [("no_model", "none")]
    assert report("purchase_intent").line.message == nothing.message


def test_a_short_history_still_gets_customer_value(brand: Callable[..., Any]) -> None:
    planted = brand("customer_value", weeks=10)
    trained = train(VALUE, planted.as_of)
    assert (trained.outcome, trained.champion) == ("trained", "1")
    assert trained.message.startswith(
        "buy_till_you_die, fitted without labels and not evaluated yet. History is too short"
    )
    score(VALUE, planted.as_of)
    ((count, value, orders),) = rows("select count(*), min(value), min(expected_orders) from predictions.scores")
    assert count == 150
    assert value > 0
    assert orders > 0


def test_who_withdraws_consent_is_neither_in_the_training_set_nor_scored(brand: Callable[..., Any]) -> None:
    planted = brand("purchase_intent", weeks=12)
    train(INTENT, planted.as_of)
    score(INTENT, planted.as_of)
    assert "o'Brien" in load_dataset(INTENT, planted.as_of).rows.customers
    for purpose in ("training", "profiling"):
        planted.withdraw("o'Brien", purpose)
    assert "o'Brien" not in load_dataset(INTENT, planted.as_of).rows.customers
    assert score(INTENT, planted.as_of).count_scored == 149
    assert rows("select count(*) from predictions.scores where customer_id = 'o''Brien'") == [(0,)]


def test_a_run_killed_while_logging_is_closed_and_gives_no_version(brand: Callable[..., Any]) -> None:
    planted = brand("purchase_intent", weeks=12)
    client = mlflow_client()
    known = client.get_experiment_by_name("purchase_intent")
    experiment = known.experiment_id if known else client.create_experiment("purchase_intent")
    digest = load_dataset(INTENT, planted.as_of).digest
    left_behind = client.create_run(experiment, tags={DIGEST_TAG: digest})
    train(INTENT, planted.as_of)
    assert client.get_run(left_behind.info.run_id).info.status == "KILLED"
    assert len(list_versions(INTENT.name)) == 1


def test_no_row_is_used_whose_horizon_ends_after_the_day(brand: Callable[..., Any]) -> None:
    brand("purchase_intent", weeks=20)
    used = load_dataset(INTENT, date(2017, 4, 23)).rows
    assert max(used.days) == date(2017, 4, 16)


def test_rows_know_who_was_messaged_within_their_horizon(brand: Callable[..., Any]) -> None:
    planted = brand("purchase_intent")
    day = load_dataset(INTENT, planted.as_of).periods.test[0]
    opens, closes = snapshot_at(day), snapshot_at(day + timedelta(days=INTENT.horizon_days))
    sent = [
        ("c0001", "delivered", opens),
        ("c0002", "sent", closes - timedelta(seconds=1)),
        ("c0003", "delivered", closes),
        ("c0004", "delivered", opens - timedelta(seconds=1)),
        ("c0005", "opened", opens),
    ]
    with connect(Role.TRANSFORMER) as connection, connection.cursor() as cursor:
        cursor.executemany("insert into marts.messages values (%s, %s, %s)", sent)
    found = load_dataset(INTENT, planted.as_of).rows.during([day])
    assert set(found.customers[found.messaged]) == {"c0001", "c0002"}


def test_activation_is_trained_on_customers_whose_first_order_is_in_the_history(brand: Callable[..., Any]) -> None:
    """The warehouse's history begins on 1 January, and nearly every gap is shorter than 28 days."""
    planted = brand("activation", customers=300)
    spec = SPECS["activation"]
    early, late = (f"2017-01-{day} 00:00+00" for day in (28, 29))
    with connect(Role.TRANSFORMER) as connection, connection.cursor() as cursor:
        cursor.execute("insert into marts.customers values ('first of all', '2017-01-01 00:00+00', null)")
        for name in planted.customers:
            first = late if name < "c0200" else early
            cursor.execute("insert into marts.customers values (%s, %s, %s)", [name, first, first])
    dataset = load_dataset(spec, planted.as_of)
    assert dataset.labels.is_of_newcomers
    assert {name < "c0200" for name in dataset.rows.customers} == {True}
    with connect(Role.TRANSFORMER) as connection:
        connection.execute("update marts.customers set first_order_at = %s where customer_id > 'c0020'", [early])
    assert not load_dataset(spec, planted.as_of).labels.is_of_newcomers


def test_the_registered_model_names_no_one_and_loads_through_its_alias(brand: Callable[..., Any]) -> None:
    planted = brand("purchase_intent", weeks=12)
    train(INTENT, planted.as_of)
    loaded = load_version(INTENT.name, "1")
    assert "season" not in loaded.columns
    (version,) = list_versions(INTENT.name)
    run = mlflow_client().get_run(version.run_id).data
    assert run.params["feature_service"] == "purchase_intent_v1"
    assert run.params["data_as_of"] == run.params["data_moment"] == "2017-03-20T00:00:00+00:00"
    assert {"log_loss", "baseline_log_loss", "auc", "average_precision", "calibration_error_low"} <= set(run.metrics)
    assert run.tags["as_of"] == planted.as_of.isoformat()
    requirements = artifacts.load_text(f"models:/{INTENT.name}@champion/requirements.txt")
    assert {line.split("==")[0] for line in requirements.split()} >= {"scikit-learn", "skops"}
    assert version.tags["as_of"] == planted.as_of.isoformat()
    assert version.description.startswith("Trained as of 2017-03-19; ")


def test_a_number_given_again_in_an_emptied_registry_is_another_model(brand: Callable[..., Any]) -> None:
    planted = brand("purchase_intent", weeks=14)
    earlier = train(INTENT, planted.as_of - timedelta(weeks=2))
    first = load_version(INTENT.name, str(earlier.version))
    mlflow_client().delete_registered_model(INTENT.name)
    again = train(INTENT, planted.as_of)
    assert (earlier.version, again.version) == ("1", "1")
    assert load_version(INTENT.name, "1") is not first


@pytest.mark.usefixtures("warehouse")
def test_without_marts_the_error_names_the_command() -> None:
    with pytest.raises(LabelsMissingError, match="perennial run"):
        train(INTENT, date(2017, 5, 1))


def add_event(day: date) -> None:
    with connect(Role.LOADER) as connection:
        write_event(connection, day)


def write_event(connection: psycopg.Connection[Any], day: date) -> None:
    connection.execute(
        "insert into raw.events (message_id, type, user_id, occurred_at, received_at, source, load_id) "
        "values ('1', 'track', 'c0001', %s, %s, 'test', 1)",
        [day, day],
    )
