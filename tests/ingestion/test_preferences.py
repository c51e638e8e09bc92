"""The ledger holds the newest statement at every moment, in whatever order and batches the events came."""

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perennial.ingestion import Attestation, ingest_file

pytestmark = pytest.mark.integration

Make = Callable[..., dict[str, Any]]
WriteLines = Callable[..., Path]
Ask = Callable[..., list[tuple[Any, ...]]]

LEDGER = """
select customer_id, purpose, is_granted, message_id from consent.ledger order by valid_from, purpose, message_id
"""
STATE_BY_DAY = """
select (
    select ledger.is_granted
    from consent.ledger
    where ledger.customer_id = %s and ledger.purpose = 'email' and ledger.valid_from < day
    order by ledger.valid_from desc, ledger.is_granted
    limit 1
)
from generate_series(timestamptz '2020-01-01Z', '2020-01-09Z', '1 day') as day
order by day
"""
DAYS = range(1, 9)
unique = count()


class Statement(NamedTuple):
    """What a customer stated on a day; None for an event that states nothing."""

    day: int
    is_granted: bool | None


class Delivery(NamedTuple):
    """A file: statements in no particular order, attested or not."""

    statements: list[Statement]
    is_attested: bool


answer = st.none() | st.booleans()
statements = st.lists(st.builds(Statement, st.sampled_from(DAYS), answer), min_size=1, max_size=5)
plain = st.lists(st.builds(Delivery, statements, st.just(value=False)), min_size=1, max_size=4)
attested = st.lists(st.builds(Delivery, statements, st.booleans()), min_size=1, max_size=4)
on_one_server = settings(
    derandomize=True,
    deadline=None,
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def moment(day: int) -> str:
    return f"2020-01-{day:02}T00:00:00Z"


def newest(deliveries: list[Delivery], before: int) -> bool | None:
    """The newest statement before a day; of several at one moment, the refusal."""
    statements = [statement for delivery in deliveries for statement in delivery.statements if statement.day < before]
    stated = [statement for statement in statements if statement.is_granted is not None]
    return max(stated, key=lambda statement: (statement.day, not statement.is_granted)).is_granted if stated else None


def deliver(deliveries: list[Delivery], key: str, path: Path) -> str:
    """Ingest each delivery as a file of one customer's events, known by a user id or by an anonymous one."""
    customer = f"customer-{next(unique)}"
    for delivery in deliveries:
        lines = [
            {
                "type": "track",
                "event": "Seen",
                "messageId": f"{customer}-{next(unique)}",
                key: customer,
                "timestamp": moment(day),
                "context": {"consent": {"categoryPreferences": {} if is_granted is None else {"email": is_granted}}},
            }
            for day, is_granted in delivery.statements
        ]
        path.write_text("\n".join(map(json.dumps, lines)))
        ingest_file(path, attest=Attestation(("email",), "terms") if delivery.is_attested else None)
    return customer


def preference_by_day(ask: Ask, customer: str) -> dict[int, bool | None]:
    """What the ledger holds before each day."""
    return dict(enumerate((is_granted for (is_granted,) in ask(STATE_BY_DAY, customer)), start=1))


@on_one_server
@given(deliveries=plain, key=st.sampled_from(["userId", "anonymousId"]))
def test_at_every_moment_the_ledger_holds_the_newest_statement(
    deliveries: list[Delivery], key: str, ask: Ask, tmp_path: Path
) -> None:
    customer = deliver(deliveries, key, tmp_path / "events.jsonl")
    assert preference_by_day(ask, customer) == {day: newest(deliveries, before=day) for day in range(1, 10)}


@on_one_server
@given(deliveries=attested)
def test_no_attestation_ever_stands_against_a_customers_newest_refusal(
    deliveries: list[Delivery], ask: Ask, tmp_path: Path
) -> None:
    customer = deliver(deliveries, "userId", tmp_path / "events.jsonl")
    preference = preference_by_day(ask, customer)
    refused = {day for day in preference if newest(deliveries, before=day) is False}
    assert {day for day in refused if preference[day] is not False} == set()


def test_consent_on_every_event_is_recorded_where_it_changes(stated: Make, write_lines: WriteLines, ask: Ask) -> None:
    answers = [True, True, True, False, False, True]
    lines = [
        stated(f"m{day}", {"email": value, "sms": True}, timestamp=moment(day))
        for day, value in enumerate(answers, start=1)
    ]
    ingest_file(write_lines(*lines))
    ingest_file(write_lines(*lines))
    assert ask(LEDGER) == [
        ("ada", "email", True, "m1"),
        ("ada", "sms", True, "m1"),
        ("ada", "email", False, "m4"),
        ("ada", "email", True, "m6"),
    ]


@pytest.mark.parametrize("unclear", [None, "true", "false", 1, 0, {}, []])
def test_a_preference_that_is_not_true_refuses(
    unclear: object, stated: Make, write_lines: WriteLines, ask: Ask
) -> None:
    ingest_file(write_lines(stated("m1", {"email": unclear})))
    assert ask(LEDGER) == [("ada", "email", False, "m1")]


@pytest.mark.parametrize("context", [None, {}, {"consent": None}, {"consent": {"categoryPreferences": None}}])
def test_an_event_without_preferences_states_nothing(
    context: object, track: Make, write_lines: WriteLines, ask: Ask
) -> None:
    assert ingest_file(write_lines(track("m1", context=context))).count_loaded == 1
    assert ask(LEDGER) == []


def test_of_a_grant_and_a_refusal_at_one_moment_the_refusal_holds(
    stated: Make, write_lines: WriteLines, ask: Ask
) -> None:
    ingest_file(write_lines(stated("m1", {"email": False}), stated("m2", {"email": True})))
    assert ask("select * from consent.granted('email', '2021-01-01')") == []


def test_a_duplicate_of_an_event_states_nothing_again(stated: Make, write_lines: WriteLines, ask: Ask) -> None:
    ingest_file(write_lines(stated("m1", {"email": False}), name="a.jsonl"))
    ingest_file(write_lines(stated("m1", {"email": True}), name="b.jsonl"))
    assert ask(LEDGER) == [("ada", "email", False, "m1")]
