"""Why there is no model is the true reason, with what would change it."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from perennial.database import Role, connect
from perennial.horizons import Horizon
from training import SPECS, train
from training.data.labels import Labels
from training.data.periods import plan_periods
from training.data.shortages import _why_alike, _why_too_short

INTENT = SPECS["purchase_intent"]
VALUE = SPECS["customer_value"]


@pytest.mark.parametrize("name", SPECS)
@pytest.mark.parametrize("weeks", [0, 1, 2])
def test_enough_history_is_there_on_the_day_that_is_named_and_no_week_before(name: str, weeks: int) -> None:
    horizon = timedelta(days=SPECS[name].horizon_days)
    first = date(2026, 1, 4)
    as_of = first + horizon + timedelta(weeks=weeks - 1, days=3)
    days = [first + timedelta(weeks=week) for week in range(weeks)]
    words = _why_too_short(Labels(SPECS[name], as_of), days, first)
    (enough,) = [date.fromisoformat(found) for found in re.findall(r"enough at the end of (\S+)\.", words)]

    def snapshots(on: date) -> list[date]:
        return [first + timedelta(weeks=week) for week in range(500) if first + timedelta(weeks=week) + horizon <= on]

    assert plan_periods(snapshots(enough), horizon.days) is not None
    assert plan_periods(snapshots(enough - timedelta(days=1)), horizon.days) is None
    assert ("no weekly snapshot has" in words) == (weeks == 0)


def test_weeks_that_nobody_was_in_the_stage_do_not_put_the_day_into_the_past() -> None:
    as_of = date(2026, 1, 4)
    words = _why_too_short(Labels(INTENT, as_of), [date(2020, 1, 5)], date(2020, 1, 5))
    assert "1 weekly snapshot has" in words
    assert date.fromisoformat(re.findall(r"the end of (\S+)\.", words)[0]) > as_of


def message_after(made: Any, change: str, model: str = INTENT.name) -> str:
    with connect(Role.TRANSFORMER) as connection:
        connection.execute(change.encode())
    return train(SPECS[model], made.as_of).message


@pytest.mark.integration
def test_a_stage_that_nobody_was_ever_in_is_named(brand: Callable[..., Any]) -> None:
    made = brand("purchase_intent", weeks=30, customers=60)
    nobody = "update marts.customer_stages set stage = 'winback'; delete from marts.label_purchase_intent"
    assert message_after(made, nobody).startswith(f"Nobody has been in engagement up to {made.as_of}, so")


@pytest.mark.integration
def test_a_brand_without_orders_has_nobody_to_value(brand: Callable[..., Any]) -> None:
    made = brand("customer_value", weeks=30, customers=60)
    nobody = "update marts.customer_stages set stage = 'prospect'; delete from marts.label_customer_value"
    assert message_after(made, nobody, VALUE.name).startswith(f"Nobody has ordered up to {made.as_of}.")


@pytest.mark.integration
@pytest.mark.parametrize("model", [INTENT.name, VALUE.name])
def test_want_of_consent_to_training_is_named_with_the_command(brand: Callable[..., Any], model: str) -> None:
    made = brand(model, weeks=30, customers=60)
    for customer in made.customers:
        made.withdraw(customer, "training")
    message = train(SPECS[model], made.as_of).message
    assert f"60 customers have {'been in engagement' if model == INTENT.name else 'ordered'} up to" in message
    assert "none of them consents to training" in message
    assert "`perennial ingest events FILE --attest-consent training --evidence TEXT`" in message
    assert "History is too short" not in message


@pytest.mark.integration
def test_a_horizon_that_nobody_observed_yet_is_named_with_the_day_it_will_be(brand: Callable[..., Any]) -> None:
    made = brand("purchase_intent", weeks=1, customers=60)
    message = train(INTENT, made.as_of).message
    assert "no weekly snapshot has an observed horizon of 7 days, the first at the end of 2017-01-08" in message


@pytest.mark.integration
def test_labels_of_another_horizon_are_named_with_the_command(brand: Callable[..., Any]) -> None:
    made = brand("purchase_intent", weeks=30, customers=60)
    message = message_after(made, "update marts.label_purchase_intent set horizon_days = 14")
    assert message == "The labels look 14 days ahead, and 7 are asked for. `perennial run` builds them again."


@pytest.mark.integration
def test_amounts_that_are_all_unknown_are_named(brand: Callable[..., Any]) -> None:
    made = brand("customer_value", weeks=30, customers=60)
    assert "amounts of orders within them are unknown" in message_after(
        made, "delete from marts.label_customer_value", VALUE.name
    )


@pytest.mark.integration
@pytest.mark.parametrize(
    ("label", "words"), [("true", "'orders within 7 days' was true for all of"), ("false", "none of")]
)
def test_outcomes_that_are_all_alike_are_named(brand: Callable[..., Any], label: str, words: str) -> None:
    made = brand("purchase_intent", weeks=30, customers=60)
    message = message_after(made, f"update marts.label_purchase_intent set label = {label}")
    assert message.startswith("All outcomes are alike: ")
    assert re.search(rf"{words} [\d,]+ weekly snapshots of customers", message)
    assert "`horizons_days: {purchase_intent: DAYS}` in lifecycle.yml" in message


@pytest.mark.integration
def test_few_of_one_outcome_are_counted(brand: Callable[..., Any]) -> None:
    made = brand("purchase_intent", weeks=30, customers=60)
    message = message_after(made, "update marts.label_purchase_intent set label = customer_id < 'c0003'")
    assert (
        "Too few customers for whom 'orders within 7 days' was true in the fit period: 3, and 50 are needed" in message
    )


def horizon_of(usual_gap: float | None, following: int | None) -> Horizon:
    return Horizon("activation", 28, "lifecycle.yml", following, usual_gap)


@pytest.mark.parametrize(
    ("model", "is_true", "following", "is_never"),
    [
        ("activation", False, 119, True),
        ("activation", True, 119, False),
        ("activation", False, 28, False),
        ("churn_risk", True, 119, True),
        ("churn_risk", False, 119, False),
    ],
)
def test_what_the_cadence_rules_out_is_distinguished_from_what_has_not_happened_yet(
    model: str, *, is_true: bool, following: int, is_never: bool
) -> None:
    rows = {is_true: 1200, not is_true: 0}
    words = _why_alike(Labels(SPECS[model], date(2026, 1, 4)), rows, horizon_of(30.0, following))
    assert f"for {'all' if is_true else 'none'} of 1,200 weekly snapshots" in words
    assert ("by the brand's usual gap of 30 days they will stay so" in words) == is_never
    assert ("`horizons_days: {" + model + ": 119}`" in words) == is_never
