"""The one rule of consent, in SQL, against the same rule in Python over every kind of history."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from perennial.consent import consented_customers, contactable_channels
from perennial.database import Role, connect

pytestmark = pytest.mark.integration
START = datetime(2017, 1, 1, tzinfo=UTC)
MOMENT = START + timedelta(days=3)
Record = tuple[datetime, bool]


def is_granted(history: list[Record]) -> bool:
    """The latest record before the moment and the latest of all both grant; of one instant, the refusal counts."""
    before = [record for record in history if record[0] < MOMENT]
    return bool(before) and all(max(records, key=lambda r: (r[0], not r[1]))[1] for records in (before, history))


@pytest.mark.usefixtures("warehouse")
def test_the_rule_in_the_database_is_the_rule_in_python() -> None:
    dice = random.Random(7)
    histories: dict[str, list[Record]] = {
        f"customer {number}": [
            (START + timedelta(days=dice.randrange(6)), dice.random() < 0.7) for _ in range(dice.randrange(4))
        ]
        for number in range(400)
    }
    rows = [(customer, granted, at) for customer, history in histories.items() for at, granted in set(history)]
    with connect(Role.LOADER) as connection, connection.cursor() as cursor:
        cursor.executemany(
            "insert into consent.ledger (customer_id, purpose, is_granted, valid_from, source) "
            "values (%s, 'email', %s, %s, 'test')",
            rows,
        )
    with connect(Role.READER) as connection:
        granted = connection.execute("select customer_id from consent.granted('email', %s)", [MOMENT]).fetchall()
    found = {customer_id for (customer_id,) in granted}
    expected = {customer for customer, history in histories.items() if is_granted(history)}
    assert found == expected
    assert 50 < len(expected) < 350


@pytest.mark.usefixtures("warehouse")
def test_an_address_that_bounced_for_good_is_not_contacted_on_its_channel_and_refuses_nothing() -> None:
    with connect(Role.LOADER) as connection, connection.cursor() as cursor:
        cursor.executemany(
            "insert into consent.ledger (customer_id, purpose, is_granted, valid_from, source) "
            "values (%s, %s, true, %s, 'test')",
            [(customer, channel, START) for customer in ("bounced", "healed", "fine") for channel in ("email", "sms")],
        )
        cursor.executemany(
            "insert into consent.suppressions (customer_id, channel, since, until, reason, source) "
            "values (%s, 'email', %s, %s, 'hard bounce', 'test')",
            [("bounced", MOMENT + timedelta(days=1), None), ("healed", START, START + timedelta(days=1))],
        )
    both = ["email", "sms"]
    for role in (Role.READER, Role.PUBLISHER):
        with connect(role) as connection:
            reached = contactable_channels(connection, both, MOMENT)
            granted = consented_customers(connection, "email", MOMENT)
        assert reached == {"bounced": ["sms"], "healed": both, "fine": both}
        assert granted == {"bounced", "healed", "fine"}
