"""An id that is said to be one user and later another: the newest says so, and the gate stays green."""

import pytest

from expectations import validate_marts
from tests.dbt_project.brand import Brand, Event, at, order

pytestmark = pytest.mark.integration


def alias(message_id: str, day: str, old: str, new: str) -> Event:
    return Event(message_id, at(day), None, new, type="alias", properties={"previousId": old})


def test_orders_go_to_the_newest_name_and_leave_nothing_current_behind(brand: Brand) -> None:
    others = [
        order(f"o-{one}-{day}", f"c-{one}", f"2020-01-{day:02d}T10:00") for one in range(4) for day in range(1, 29, 3)
    ]
    brand.load([*others, order("a", "old", "2020-01-06T10:00"), alias("1", "2020-01-08T10:00", "old", "first")])
    brand.build()
    assert brand.all("select customer_id from marts.orders where order_id = 'a'") == [("first",)]
    brand.load([order("b", "first", "2020-01-09T10:00"), alias("2", "2020-01-10T10:00", "old", "second")])
    report = brand.build(select=None)
    owners = "select order_id, customer_id from marts.orders where order_id in ('a', 'b') order by 1"
    assert brand.all(owners) == [("a", "second"), ("b", "first")]
    assert brand.all("select count(*) from marts.customers where customer_id = 'old'") == [(0,)]
    newest = (
        "select customer_id, count_orders from marts.customer_features where snapshot_on = %s and customer_id !~ '^c-'"
    )
    assert sorted(brand.all(newest, report.as_of)) == [("first", 1), ("second", 1)]
    assert validate_marts(report.as_of).is_success
