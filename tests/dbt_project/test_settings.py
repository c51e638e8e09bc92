"""Settings and code that change are obeyed in every row, not only in the newest."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.dbt_project.brand import Brand, Event, assert_equal_to_a_full_rebuild, at, differences, order
from tests.dbt_project.world import market

pytestmark = pytest.mark.integration

TODAY = at("2022-06-19")  # a Sunday
DAYS_AGO = {
    "new": [10],
    "regular": [60, 50, 40, 30, 20, 5],
    "slipping": [80, 71, 62, 53],
    "lapsed": [140, 130, 120, 110],
}
STAGES_TODAY = "select customer_id, stage from marts.customer_stages where snapshot_on = %s"
BY_HAND = {
    "stages": {"onboarding_orders": 5, "winback_after_days": 50},
    "horizons_days": {"purchase_intent": 14, "customer_value": 28},
}


def edit(file: Path, before: str, after: str) -> None:
    content = file.read_text()
    assert before in content
    file.write_text(content.replace(before, after))


def life() -> Iterator[Event]:
    yield Event("visit", TODAY, None, "visitor", type="page")
    for customer, days in DAYS_AGO.items():
        for number, ago in enumerate(days):
            yield order(f"{customer}-{number}", customer, (TODAY - timedelta(days=ago)).date().isoformat())


def test_thresholds_set_by_hand_change_every_stage_label_and_feature(
    brand: Brand, set_by_hand: Callable[[dict[str, Any]], None]
) -> None:
    """A model built apart from the others in between does not hide the change from the next build."""
    brand.load(life())
    brand.build()
    assert dict(brand.all(STAGES_TODAY, TODAY.date())) == {
        "visitor": "prospect",
        "new": "onboarding",
        "regular": "engagement",
        "slipping": "retention",
        "lapsed": "winback",
    }
    set_by_hand(BY_HAND)
    brand.build(select="customer_features")
    brand.build()
    assert dict(brand.all(STAGES_TODAY, TODAY.date())) == {
        "visitor": "prospect",
        "new": "onboarding",
        "regular": "engagement",
        "slipping": "winback",
        "lapsed": "winback",
    }
    early = "select stage from marts.customer_stages where customer_id = 'regular' and count_orders = 4"
    assert set(brand.all(early)) == {("onboarding",)}
    assert brand.all("select distinct horizon_days from marts.label_customer_value") == [(28,)]
    assert assert_equal_to_a_full_rebuild(brand)["customer_features"]


def test_an_edited_macro_or_contract_is_obeyed_in_every_row(brand: Brand, project: Path) -> None:
    brand.load(market(seed=5, customers=8))
    brand.build()
    before = brand.marts()
    edit(project / "dbt_project" / "macros" / "ratio.sql", "({{ part }})", "2 * ({{ part }})")
    edit(project / "dbt_project" / "macros" / "label.sql", "<> 'prospect'", "= 'engagement'")
    edit(
        project / "dbt_project" / "models" / "marts" / "label_activation.yml", "stage: onboarding", "stage: engagement"
    )
    brand.build()
    after = brand.marts()
    assert set(differences(before, after)) == {"customer_features", "label_activation", "label_customer_value"}
    stages = "select stage from marts.label_activation union select stage from marts.label_customer_value"
    assert brand.all(stages) == [("engagement",)]
    ratios = """
        select gap_ratio * usual_gap_days / days_since_last_order from marts.customer_features
        where days_since_last_order > 0 and gap_ratio is not null
    """
    assert {round(ratio, 9) for (ratio,) in brand.all(ratios)} == {2}
