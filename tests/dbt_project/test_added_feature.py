"""An analytics engineer adds a column in SQL, and it is a feature in training and serving: no Python was edited."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from perennial.features import (
    apply_feature_repo,
    close_feature_store,
    historical_features,
    materialize,
    online_features,
)
from tests.dbt_project.brand import Brand
from tests.dbt_project.world import market

pytestmark = pytest.mark.integration

SERVICE = "churn_risk_v1"
EVERY_SNAPSHOT = "select customer_id, snapshot_at as event_timestamp from marts.customer_features"
COLUMN = "        coalesce(recent_orders.count_lines_91d, 0) as count_lines_91d,\n"
CONTRACT = """
      - name: count_lines_91d
        description: lines bought in the last 91 days
        data_type: bigint
        config: {meta: {feature: true}}
"""
EXPECTED = """
    select features.customer_id, features.snapshot_at, count(lines.order_line_id)
    from marts.customer_features as features
    left join marts.order_lines as lines
        on lines.customer_id = features.customer_id
        and lines.ordered_at < features.snapshot_at
        and lines.ordered_at >= features.snapshot_at - interval '91 days'
    group by 1, 2
"""


@pytest.fixture
def _feature_store() -> Iterator[None]:
    yield
    close_feature_store()


def add_the_column(project: Path) -> None:
    model = project / "dbt_project" / "models" / "marts" / "customer_features"
    sql, contract = model.with_suffix(".sql"), model.with_suffix(".yml")
    sql.write_text(sql.read_text().replace("        -- Basket\n", "        -- Basket\n" + COLUMN))
    contract.write_text(contract.read_text().rstrip() + CONTRACT)


@pytest.mark.usefixtures("_feature_store")
def test_an_added_column_reaches_training_and_serving_without_an_edit_in_python(brand: Brand, project: Path) -> None:
    """For every snapshot, those of weeks built long before too."""
    events = (event for event in market(seed=4, customers=12) if event.event in (None, "Order Completed"))
    brand.load(event for event in events if event.user_id)
    as_of = brand.build().as_of
    apply_feature_repo()
    add_the_column(project)

    brand.build()
    assert apply_feature_repo().count_changed > 0
    materialize(as_of)

    expected = {(customer, moment): count for customer, moment, count in brand.all(EXPECTED)}
    frame = historical_features(EVERY_SNAPSHOT, SERVICE)
    keys = zip(frame["customer_id"], frame["event_timestamp"], strict=True)
    assert dict(zip(keys, frame["count_lines_91d"], strict=True)) == expected
    newest = max(moment for _, moment in expected)
    served = {customer: count for (customer, moment), count in expected.items() if moment == newest}
    online = online_features(sorted(served), SERVICE)
    assert dict(zip(online["customer_id"], online["count_lines_91d"], strict=True)) == served
    assert len(set(served.values())) > 3
