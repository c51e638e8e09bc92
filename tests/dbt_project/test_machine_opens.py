"""Opens that come within seconds of their delivery, several at once, are a program's."""

from datetime import timedelta

import pytest

from tests.dbt_project.brand import Brand, Event, at

pytestmark = pytest.mark.integration

DELIVERED = at("2020-01-05T10:00:00")
RESPONSES = "select customer_id, count_message_responses_28d from marts.customer_features order by 1"


def opened(customer: str, seconds: float, campaign: str = "spring") -> list[Event]:
    """A message that is opened so many seconds after it was delivered."""
    properties = {"campaign_id": campaign}
    return [
        Event(f"d-{customer}", DELIVERED, "Email Delivered", customer, properties=properties),
        Event(f"o-{customer}", DELIVERED + timedelta(seconds=seconds), "Email Opened", customer, properties=properties),
    ]


def test_opens_at_once_are_no_responses_and_a_late_one_changes_those_before_it(brand: Brand) -> None:
    scanned = [event for number in range(2) for event in opened(f"scanned-{number}", 1 + number)]
    read = [*opened("read", 3600), *opened("quick", 2, campaign="alone")]
    brand.load([*scanned, *read])
    brand.build()
    assert dict(brand.all(RESPONSES)) == {"quick": 1, "read": 1, "scanned-0": 1, "scanned-1": 1}
    brand.load(opened("scanned-2", 3))
    brand.build(select=None)
    assert dict(brand.all(RESPONSES)) == {"quick": 1, "read": 1, "scanned-0": 0, "scanned-1": 0, "scanned-2": 0}
    machines = "select count(*) from marts.messages where is_machine"
    assert brand.all(machines) == [(3,)]
