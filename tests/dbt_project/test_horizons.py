"""A horizon follows the brand's usual gap until its first champion is trained, in dbt and in Python alike."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from perennial.horizons import announcements, fix_horizon, horizon_days
from perennial.models import load_models
from tests.dbt_project.brand import Brand, Event, assert_equal_to_a_full_rebuild, order
from tests.dbt_project.test_odd_brands import plain_dbt

pytestmark = pytest.mark.integration

FIRST = date(2021, 1, 3)
TODAY = date(2022, 3, 6)
DEFAULTS = {"activation": 28, "churn_risk": 28, "customer_value": 56, "purchase_intent": 7, "reactivation": 28}


def subscriptions() -> Iterator[Event]:
    """Sixty customers, two more each day for a month, who order every 30 days."""
    for number in range(60):
        for renewal in range(15):
            day = FIRST + timedelta(days=number // 2 + 30 * renewal)
            if day <= TODAY:
                yield order(f"{number}-{renewal}", f"c{number}", f"{day} 12:00")


def labelled(brand: Brand) -> dict[str, int]:
    """The horizon of each label's rows; every label of one horizon."""
    rows = brand.all(
        " union all ".join(f"select distinct '{name}', horizon_days from marts.label_{name}" for name in load_models())
    )
    assert len({name for name, _ in rows}) == len(rows)
    return {name: int(days) for name, days in rows}


def test_horizons_follow_the_cadence_until_they_are_fixed_and_are_announced_when_they_should_change(
    brand: Brand, warehouse: Path
) -> None:
    brand.load(subscriptions())
    brand.build(FIRST + timedelta(days=40))
    assert {name: horizon_days(name) for name in load_models()} == DEFAULTS

    brand.build(TODAY)
    followed = {"activation": 119, "churn_risk": 119, "customer_value": 133, "purchase_intent": 28, "reactivation": 119}
    assert {name: horizon_days(name) for name in load_models()} == followed
    assert labelled(brand).items() <= followed.items()
    assert {"activation", "customer_value", "purchase_intent"} <= labelled(brand).keys()
    assert brand.all("select bool_or(label), bool_and(label) from marts.label_activation") == [(True, True)]
    assert announcements() == []

    fix_horizon("activation", 119, TODAY)
    fix_horizon("activation", 7, TODAY)
    fix_horizon("customer_value", 56, TODAY)
    brand.build(TODAY)
    assert (horizon_days("activation"), horizon_days("customer_value")) == (119, 56)
    assert labelled(brand)["customer_value"] == 56
    (announced,) = announcements()
    assert f"customer_value looks 56 days ahead, fixed as of {TODAY}" in announced
    assert "`horizons_days: {customer_value: 133}`" in announced
    assert_equal_to_a_full_rebuild(brand, TODAY)

    finished = plain_dbt(warehouse, "test", "--select", "test_type:unit")
    assert finished.returncode == 0, finished.stdout
