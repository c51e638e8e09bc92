"""The dataset of a training holds what could be known and used on its day, and no more."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from perennial.as_of import snapshot_at
from perennial.database import Role, connect
from training import SPECS, train
from training.data.dataset import LabelsMissingError, load_dataset

pytestmark = pytest.mark.integration

INTENT = SPECS["purchase_intent"]


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


@pytest.mark.usefixtures("warehouse")
def test_without_marts_the_error_names_the_command() -> None:
    with pytest.raises(LabelsMissingError, match="perennial run"):
        train(INTENT, date(2017, 5, 1))
