"""A grant counts under a person's own ids, a refusal from wherever it reaches them."""

import json
import random
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from perennial.consent import consented_customers, contactable_channels
from perennial.console.cli.main import app
from perennial.database import Role, connect
from perennial.ingestion import ingest_file
from tests.identity.stated import END, Stated, day, persons_at, plant, random_history, tied_by

pytestmark = pytest.mark.integration
Connection = psycopg.Connection[Any]
Record = tuple[str, str, bool, datetime]
CASES = Path("tests/cases/events")
PASSED_ON = {
    "email": {"email", "device"},
    "sms": {"phone", "device"},
    "push": {"shared device", "device"},
    "direct_mail": {"household", "device"},
    "profiling": {"device"},
}


@pytest.fixture
def connection(warehouse: Path) -> Iterator[Connection]:
    assert warehouse
    with connect(Role.LOADER, autocommit=True) as opened:
        yield opened


def record(connection: Connection, *records: Record) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into consent.ledger (customer_id, purpose, is_granted, valid_from, source) "
            "values (%s, %s, %s, %s, 'test') on conflict do nothing",
            records,
        )


def expected_of(history: list[Stated], records: list[Record], purpose: str, moment: datetime) -> set[str]:
    """The ids with a grant under one of the person's own ids that no refusal has reached since."""
    ties, then = tied_by(history), persons_at(history, moment)
    ids = {one for one, *_ in records} | {one for one, _ in ties}
    found = set()
    for one in ids:
        kinds = {other: {"own"} if other == one else ties.get((one, other), set()) for other in ids}
        about = [(by, granted, at) for by, name, granted, at in records if name == purpose]
        grants = [(by, at) for by, granted, at in about if granted and "own" in kinds[by]]
        refusals = [at for by, granted, at in about if not granted and kinds[by] & (PASSED_ON[purpose] | {"own"})]
        of_then = [at for by, at in grants if at < moment and then.get(by, by) == then.get(one, one)]
        never = datetime.min.replace(tzinfo=moment.tzinfo)
        earlier = [at for at in refusals if at < moment]
        is_of_then = bool(of_then) and max(of_then) > max(earlier, default=never)
        if is_of_then and max(at for _, at in grants) > max(refusals, default=never):
            found.add(one)
    return found


@pytest.mark.parametrize("seed", range(8))
def test_the_rule_holds_over_random_histories_in_any_order_of_arrival(connection: Connection, seed: int) -> None:
    dice = random.Random(seed)
    # Each old id has one alias, so that persons of a moment differ from those of now only by aliases still to come.
    history, aliased = [], set()
    for one in random_history(seed, 30):
        if one.previous_id is None or one.previous_id not in aliased:
            history.append(one)
            aliased.add(one.previous_id)
    ids = sorted({one for pair in tied_by(history) for one in pair})
    records = [
        (dice.choice(ids), dice.choice(sorted(PASSED_ON)), dice.random() < 0.8, day(dice.randrange(20)))
        for _ in range(60)
    ]
    record(connection, *records)
    arrived = dice.sample(history, len(history))
    plant(connection, arrived[:11])
    plant(connection, arrived[11:])
    for purpose in PASSED_ON:
        for moment in (day(6), day(12), END):
            found = consented_customers(connection, purpose, moment)
            assert found == expected_of(history, records, purpose, moment), (purpose, moment)


def test_a_refusal_reaches_everyone_with_the_address_of_its_channel_and_nobody_else(connection: Connection) -> None:
    plant(
        connection,
        [
            Stated("m1", day(1), "ann", email="both@example.org", phone="1"),
            Stated("m2", day(1), "bob", email="both@example.org", phone="2"),
            Stated("m3", day(1), "cem", phone="2"),
        ],
    )
    for one in ("ann", "bob", "cem"):
        record(connection, *((one, purpose, True, day(2)) for purpose in ("email", "sms", "profiling")))
    record(
        connection, ("ann", "email", False, day(5)), ("ann", "profiling", False, day(5)), ("cem", "sms", False, day(5))
    )
    assert consented_customers(connection, "email", day(9)) == {"cem"}
    assert consented_customers(connection, "sms", day(9)) == {"ann"}
    assert consented_customers(connection, "profiling", day(9)) == {"bob", "cem"}
    record(connection, ("bob", "email", True, day(6)))
    assert consented_customers(connection, "email", day(9)) == {"bob", "cem"}, "a later grant of one's own counts"


@pytest.mark.parametrize("refused_on", [2, 6])
def test_a_refusal_on_a_device_reaches_its_users_and_a_grant_does_not(connection: Connection, refused_on: int) -> None:
    record(connection, ("user", "email", True, day(1)), ("device", "email", False, day(refused_on)))
    record(connection, ("stranger", "email", True, day(1)), ("device", "sms", True, day(7)))
    plant(connection, [Stated("m1", day(4), "user", "device")])
    assert consented_customers(connection, "email", day(9)) == {"stranger"}
    assert consented_customers(connection, "sms", day(9)) == {"device"}


def test_an_audience_that_still_holds_an_old_id_is_refused_too(connection: Connection) -> None:
    record(connection, *((one, "email", True, day(1)) for one in ("visitor", "old", "kept")))
    plant(connection, [Stated("m1", day(3), "user", "visitor"), Stated("m2", day(3), "new", None, "old")])
    assert consented_customers(connection, "email", day(9)) == {"visitor", "old", "new", "kept"}
    record(connection, ("user", "email", False, day(5)), ("new", "email", False, day(5)))
    assert consented_customers(connection, "email", day(9)) == {"kept"}


def test_a_bounce_suppresses_the_address_for_everyone_until_they_name_another(connection: Connection) -> None:
    plant(connection, [Stated(f"m{one}", day(1), one, email="x@example.org") for one in ("ann", "bob", "cem")])
    record(connection, *((one, "email", True, day(1)) for one in ("ann", "bob", "cem", "else")))
    connection.execute(
        "insert into consent.suppressions (customer_id, channel, address, since, reason, source) "
        "values ('ann', 'email', 'x@example.org', %s, 'bounce', 'test')",
        [day(5)],
    )
    assert set(contactable_channels(connection, ["email"], day(9))) == {"else"}
    plant(connection, [Stated("new", day(7), "cem", email="y@example.org")])
    assert set(contactable_channels(connection, ["email"], day(9))) == {"else", "cem"}


def test_a_bounce_without_an_address_suppresses_that_of_its_customer(connection: Connection) -> None:
    plant(connection, [Stated(f"m{one}", day(1), one, email="x@example.org") for one in ("ann", "bob")])
    record(connection, *((one, "email", True, day(1)) for one in ("ann", "bob", "else")))
    connection.execute(
        "insert into consent.suppressions (customer_id, channel, since, reason, source) "
        "values ('ann', 'email', %s, 'bounce', 'test')",
        [day(5)],
    )
    assert set(contactable_channels(connection, ["email"], day(9))) == {"else"}


def test_the_cases_of_consent_are_as_expected(connection: Connection) -> None:
    for name in ("12-unsubscribed", "19-purpose-spelling"):
        ingest_file(CASES / f"{name}.jsonl")
    assert consented_customers(connection, "email", END) == {"c12-bounce", "c19-b"}
    assert set(contactable_channels(connection, ["email"], END)) == {"c19-b"}


def test_the_command_says_where_a_refusal_came_from(connection: Connection) -> None:
    plant(
        connection,
        [
            Stated("m1", day(1), "ann", "tablet", email="x@example.org"),
            Stated("m2", day(1), "bob", email="x@example.org"),
            Stated("m3", day(2), "ann", None, "lead"),
        ],
    )
    record(connection, ("ann", "email", True, day(3)), ("bob", "email", False, day(4)), ("lead", "sms", True, day(3)))
    record(connection, ("tablet", "sms", False, day(5)), ("bob", "sms", False, day(6)))
    shown = CliRunner().invoke(app, ["consent", "show", "ann"]).output
    assert " ".join(shown.split()) == (
        "email: Refused or withdrawn on 2026-01-05 by bob, who has the same e-mail address (test). "
        "email: Granted on 2026-01-04 (test). "
        "sms: Refused or withdrawn on 2026-01-06 by tablet, a device of theirs, or its user (test). "
        "sms: Granted on 2026-01-04 by lead, another id of the same person (test)."
    )
    as_json = json.loads(CliRunner().invoke(app, ["consent", "show", "ann", "--purpose", "email", "--json"]).stdout)
    assert [(one["stated_by"], one["tie"]) for one in as_json] == [("bob", "email"), ("ann", None)]
