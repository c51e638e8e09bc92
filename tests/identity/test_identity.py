"""Who a person is, by event times alone: whatever order events come in, and as of any moment."""

import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from perennial.database import Role, connect
from perennial.ingestion import ingest_file
from tests.identity.stated import END, Stated, day, persons_at, plant, random_history, tied_by

pytestmark = pytest.mark.integration
Connection = psycopg.Connection[Any]
CASES = Path("tests/cases/events")
TABLES = ("aliases", "links", "device_users", "identifiers", "public", "persons", "ties")


@pytest.fixture
def connection(warehouse: Path) -> Iterator[Connection]:
    assert warehouse
    with connect(Role.LOADER, autocommit=True) as opened:
        yield opened


def everything(connection: Connection) -> dict[str, list[str]]:
    return {
        table: sorted(row for (row,) in connection.execute(f"select t::text from identity.{table} as t".encode()))
        for table in TABLES
    }


def person(connection: Connection, customer_id: str, number: float = 999) -> str:
    (found,) = connection.execute("select identity.person_at(%s, %s)", [customer_id, day(number)]).fetchone() or ("",)
    return str(found)


@pytest.mark.parametrize("seed", range(6))
def test_persons_and_ties_are_those_of_the_rule_and_a_rebuild_changes_nothing(
    connection: Connection, seed: int
) -> None:
    history = random_history(seed, 4 + 6 * seed)
    dice = random.Random(seed)
    arrived = dice.sample(history, len(history))
    while arrived:
        size = dice.randrange(1, 8)
        plant(connection, arrived[:size])
        arrived = arrived[size:]
    persons = connection.execute("select customer_id, person_id from identity.persons").fetchall()
    assert dict(persons) == persons_at(history, END)
    ties = defaultdict(set)
    for one, other, kind in connection.execute("select customer_id, other_id, kind from identity.ties"):
        ties[one, other].add(kind)
    assert ties == tied_by(history)
    grown = everything(connection)
    connection.execute("select identity.rebuild()")
    assert everything(connection) == grown


@pytest.mark.parametrize("seed", [3, 8])
def test_persons_of_a_moment_are_those_of_the_aliases_before_it(connection: Connection, seed: int) -> None:
    history = random_history(seed, 40)
    plant(connection, history)
    for number in range(0, 21, 4):
        expected = persons_at(history, day(number))
        rows = connection.execute(
            "select customer_id, person_id from identity.persons_at(%s, %s)", [list(expected), day(number)]
        )
        assert dict(rows.fetchall()) == expected


def test_a_device_is_its_last_users_and_nobodys_before_the_first(connection: Connection) -> None:
    plant(connection, [Stated("m2", day(5), "two", "kiosk"), Stated("m1", day(1), "one", "kiosk")])
    plant(connection, [Stated("m3", day(7), "three", None, "two")])
    found = [person(connection, "kiosk", number) for number in (1, 2, 6, 8)]
    assert found == ["kiosk", "one", "two", "three"]


def test_what_more_than_fifty_ids_share_ties_nobody_and_is_reported(connection: Connection) -> None:
    shared = [Stated(f"m{n}", day(n), f"u{n}", email="unknown@example.org") for n in range(51)]
    plant(connection, shared[:30])
    plant(connection, shared[30:50])
    assert connection.execute("select count(*) from identity.ties").fetchone() == (50 * 49,)
    plant(connection, shared[50:])
    assert connection.execute("select count(*) from identity.ties").fetchone() == (0,)
    (detail,) = connection.execute("select detail from raw.data_issues").fetchone() or ("",)
    assert "email unknown@example.org is of more than 50 ids" in detail
    grown = everything(connection)
    connection.execute("select identity.rebuild()")
    assert everything(connection) == grown


def test_a_public_device_ties_none_of_its_users(connection: Connection) -> None:
    plant(connection, [Stated(f"m{n}", day(n), f"u{n}", "kiosk") for n in range(50)])
    assert connection.execute("select count(*) from identity.ties where kind = 'device'").fetchone() == (100,)
    plant(connection, [Stated("more", day(60), "more", "kiosk")])
    assert connection.execute("select count(*) from identity.ties").fetchone() == (0,)


def test_a_chain_of_a_hundred_and_one_hops_ends_and_a_circle_is_its_smallest_id(connection: Connection) -> None:
    plant(connection, [Stated(f"m{n}", day(n), f"c{n + 1:03}", None, f"c{n:03}") for n in range(150)])
    rows = connection.execute("select person_id from identity.persons where customer_id = any(%s) order by 1", [
        ["c000", "c049", "c051"]
    ])  # fmt: skip
    assert rows.fetchall() == [("c100",), ("c149",), ("c150",)]
    circle = [("b", "x"), ("x", "a"), ("a", "b"), ("tail", "x")]
    plant(connection, [Stated(f"o{n}", day(n), new, None, old) for n, (old, new) in enumerate(circle)])
    assert {person(connection, one) for one in ("a", "b", "x", "tail")} == {"a"}


def test_the_loader_keeps_it_and_a_deleted_event_is_forgotten(connection: Connection) -> None:
    for name in ("08-shared-device", "10-alias-known-users", "14-rudder-identify"):
        ingest_file(CASES / f"{name}.jsonl")
    assert {person(connection, one) for one in ("c10-old", "c10-new")} == {"c10-new"}
    assert person(connection, "c10-m1") == "c10-m2"
    assert person(connection, "c10-x") == person(connection, "c10-y")
    assert connection.execute("select customer_id, value from identity.identifiers").fetchall() == [
        ("c14-rudder", "r@example.org")
    ]
    connection.execute("delete from raw.events where message_id = 'c10-132'")
    assert person(connection, "c10-old") == "c10-old"


@pytest.mark.parametrize("has_public", [False, True])
def test_new_pairs_of_device_and_user_are_tied_alone_only_where_nothing_else_connects_them(
    connection: Connection, has_public: bool
) -> None:
    """Each way in which a new pair may be more than a pair, in one load and over several, among many that are none."""
    dice = random.Random(20)
    pairs = [Stated(f"p{n}", day(n), f"u{n}", f"d{n}", email=f"u{n}@example.org") for n in range(60)]
    more = [
        Stated("second device", day(100), "u1", "d1b"),
        Stated("second user", day(101), "u2b", "d2"),
        Stated("shared address", day(102), "u3", None, email="u4@example.org"),
        Stated("device with an address", day(103), None, "d5", email="d5@example.org"),
        Stated("user that is a device", day(104), "u6b", "u6"),
        Stated("device that is a user", day(105), "d7", "d7b"),
        Stated("alias", day(106), "u8b", None, "u8"),
        Stated("alias of a device", day(107), "u9", None, "d9c"),
        Stated("shared by a device", day(108), None, "d10", email="u11@example.org"),
        Stated("earlier", day(-1), "u12", "d12", email="u12@example.org"),
    ]
    public = [
        *(Stated(f"kiosk {n}", day(110 + n), f"k{n}", "kiosk") for n in range(51)),
        *(Stated(f"placeholder {n}", day(110 + n), f"u{n}", f"e{n}", phone="0000") for n in range(13, 60)),
        *(Stated(f"filled {n}", day(110 + n), f"f{n}", f"g{n}", phone="0000") for n in range(6)),
    ]
    more += public if has_public else []
    history = pairs + more
    for loads in ([history], [pairs, more], [more, pairs], [history[0::2], history[1::2]], None):
        connection.execute("truncate raw.events")
        arrived = dice.sample(history, len(history))
        for load in loads or [arrived[at : at + 9] for at in range(0, len(arrived), 9)]:
            plant(connection, load)
        ties = defaultdict(set)
        for one, other, kind in connection.execute("select customer_id, other_id, kind from identity.ties"):
            ties[one, other].add(kind)
        assert has_public or ties == tied_by(history)
        grown = everything(connection)
        connection.execute("select identity.rebuild()")
        assert everything(connection) == grown
