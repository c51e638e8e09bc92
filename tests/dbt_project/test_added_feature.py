"""An analytics engineer adds a column in SQL: a feature in training, scoring and serving, without Python edited."""

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from perennial.features import (
    apply_feature_repo,
    close_feature_store,
    historical_features,
    materialize,
    online_features,
)
from tests.dbt_project.brand import Brand, Event, order
from tests.training.conftest import forget_models
from training import SPECS, promote, report, score, train

pytestmark = pytest.mark.integration

FIRST_DAY, LAST_DAY = date(2022, 1, 17), date(2022, 6, 19)
MODEL = "purchase_intent"
SERVICE = f"{MODEL}_v1"
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
def _registries() -> Iterator[None]:
    yield
    close_feature_store()
    forget_models()


def orders(generator: random.Random) -> Iterator[Event]:
    """Sixty customers, each with a basket of one to four lines every few days for five months."""
    for number in range(60):
        day = FIRST_DAY + timedelta(days=generator.randrange(10))
        while day <= LAST_DAY:
            lines = generator.randint(1, 4)
            yield order(f"o-{number}-{day}", f"c{number}", f"{day}T12:00", total=7.5 * lines, lines=lines)
            day += timedelta(days=generator.randint(1, 14))


def add_the_column(project: Path) -> None:
    model = project / "dbt_project" / "models" / "marts" / "customer_features"
    sql, contract = model.with_suffix(".sql"), model.with_suffix(".yml")
    sql.write_text(sql.read_text().replace("        -- Basket\n", "        -- Basket\n" + COLUMN))
    contract.write_text(contract.read_text().rstrip() + CONTRACT)


def take_the_column_out(project: Path) -> None:
    contract = project / "dbt_project" / "models" / "marts" / "customer_features.yml"
    contract.write_text(contract.read_text().replace(CONTRACT, ""))


@pytest.mark.usefixtures("_registries")
def test_an_added_column_reaches_training_scoring_and_serving_without_an_edit_in_python(
    brand: Brand, project: Path, set_by_hand: Callable[[dict[str, Any]], None]
) -> None:
    """For every snapshot, those of weeks built long before too."""
    set_by_hand({"training": {"min_positives": 10}})
    brand.load(orders(random.Random(4)))
    brand.consent()
    as_of = brand.build().as_of
    apply_feature_repo()
    add_the_column(project)

    brand.build()
    assert apply_feature_repo().count_changed > 0
    materialize(as_of)

    expected = {(customer, snapshot): count for customer, snapshot, count in brand.all(EXPECTED)}
    frame = historical_features(EVERY_SNAPSHOT, SERVICE)
    keys = zip(frame["customer_id"], frame["event_timestamp"], strict=True)
    assert dict(zip(keys, frame["count_lines_91d"], strict=True)) == expected
    newest = max(snapshot for _, snapshot in expected)
    served = {customer: count for (customer, snapshot), count in expected.items() if snapshot == newest}
    online = online_features(sorted(served), SERVICE)
    assert dict(zip(online["customer_id"], online["count_lines_91d"], strict=True)) == served
    assert len(set(served.values())) > 3

    trained = train(SPECS[MODEL], as_of)
    assert trained.version is not None, trained.message
    assert "count_lines_91d" in report(MODEL).to_dict()["importances"]
    promote(MODEL, trained.version)
    assert score(SPECS[MODEL], as_of).count_scored > 10
    take_the_column_out(project)
    with pytest.raises(RuntimeError, match=f"version {trained.version} reads count_lines_91d, which"):
        score(SPECS[MODEL], as_of)
