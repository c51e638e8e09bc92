"""Who is held out: by the person, at the share asked for, once and for all, and as it was on any day."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from perennial.database import Role, connect
from perennial.holdout import MEMBERS_SQL, assign_holdout, read_clusters, read_status
from perennial.holdout.clusters import Clusters
from tests.holdout.conftest import BEGINNING, Connection
from tests.identity.stated import Stated, day, plant

pytestmark = pytest.mark.integration

APART = Clusters({})
CUSTOMERS = [f"customer-{number}" for number in range(20_000)]


def members(connection: Connection, days: int = 0) -> set[str]:
    rows = connection.execute(MEMBERS_SQL.encode(), {"moment": BEGINNING + timedelta(days=days)})
    return {customer_id for (customer_id,) in rows}


def test_the_share_is_held_out_and_again_changes_nothing(connection: Connection) -> None:
    added = assign_holdout(connection, CUSTOMERS, BEGINNING, 0.1, APART)
    assert added == len(members(connection))
    assert abs(added - 2000) < 4 * (20_000 * 0.1 * 0.9) ** 0.5
    assert assign_holdout(connection, CUSTOMERS, BEGINNING + timedelta(days=1), 0.1, APART) == 0


def test_another_share_is_for_those_first_seen_afterwards(connection: Connection) -> None:
    seen(connection, CUSTOMERS, BEGINNING)
    assign_holdout(connection, CUSTOMERS[:10_000], BEGINNING, 0.05, APART)
    small = members(connection)
    raised = BEGINNING + timedelta(days=10)
    late = [f"late-{number}" for number in range(10_000)]
    seen(connection, late, raised + timedelta(hours=1))
    assign_holdout(connection, CUSTOMERS, raised, 0.2, APART)
    joined = members(connection, days=10) - small
    assert joined.isdisjoint(CUSTOMERS[:10_000]), "who was drawn before keeps their draw"
    assert abs(len(joined) - 500) < 100, "who was only seen before is drawn at the share of then"
    assert abs(assign_holdout(connection, late, raised + timedelta(days=1), 0.2, APART) - 2_000) < 160
    assert members(connection, days=9) == small, "the day before can be restored"
    assert assign_holdout(connection, CUSTOMERS + late, BEGINNING + timedelta(days=20), 0.01, APART) == 0
    shares = connection.execute(
        "select share, valid_from = %s from experiments.holdout_shares order by 1 desc", [raised]
    )
    assert shares.fetchall() == [(0.2, True), (0.05, False), (0.01, False)]
    drawn = connection.execute("select customer_id, share from experiments.holdout_draws").fetchall()
    assert {share for one, share in drawn if one.startswith("late")} == {0.2}
    assert {share for one, share in drawn if not one.startswith("late")} == {0.05}


def test_nobody_changes_sides_by_identifying_or_by_an_alias(connection: Connection) -> None:
    visitors = [f"visitor-{number}" for number in range(300)]
    seen(connection, visitors, BEGINNING)
    assign_holdout(connection, visitors, BEGINNING, 0.3, APART)
    held = members(connection)
    events = [Stated(f"i{n}", day(n % 9), f"user-{n}", f"visitor-{n}") for n in range(300)]
    events += [Stated(f"a{n}", day(12), f"renamed-{n}", None, f"user-{n}") for n in range(100)]
    with connect(Role.LOADER, autocommit=True) as loader:
        plant(loader, events)
    now = [f"renamed-{number}" if number < 100 else f"user-{number}" for number in range(300)]
    seen(connection, now, BEGINNING)
    assign_holdout(connection, now, day(20), 0.3, read_clusters(connection))
    late = {one for (one,) in connection.execute("select customer_id from experiments.holdout_members")}
    assert [one in late for one in now] == [f"visitor-{number}" in held for number in range(300)]


def seen(connection: Connection, customers: list[str], at: datetime) -> None:
    assert connection
    with connect(Role.TRANSFORMER) as transformer:
        transformer.cursor().executemany(
            "insert into marts.customers values (%s, %s, '{}')", [(customer, at) for customer in customers]
        )


def test_one_person_is_in_one_arm_under_every_id(connection: Connection, add: Callable[..., None]) -> None:
    for pair in range(200):
        add(f"first-{pair}", f"second-{pair}", email=f"p{pair}@example.org")
    assign_holdout(connection, [f"second-{pair}" for pair in range(200)], BEGINNING, 0.3, read_clusters(connection))
    held = members(connection)
    assert {f"first-{pair}" in held for pair in range(200)} == {True, False}
    assert all((f"first-{pair}" in held) == (f"second-{pair}" in held) for pair in range(200))


def test_whoever_turns_out_to_be_a_held_out_person_is_held_out_too(
    connection: Connection, add: Callable[..., None]
) -> None:
    add(*(f"old-{number}" for number in range(100)))
    assign_holdout(connection, [f"old-{number}" for number in range(100)], BEGINNING, 0.3, APART)
    held = sorted(members(connection))
    add("newcomer", email="shared@example.org")
    add(held[0], email="shared@example.org")
    assign_holdout(connection, ["newcomer"], BEGINNING + timedelta(days=5), 0.0, read_clusters(connection))
    assert "newcomer" in members(connection, days=5)
    assert "newcomer" not in members(connection, days=4)


def test_the_status_counts_members_clusters_and_when_they_joined(
    connection: Connection, add: Callable[..., None]
) -> None:
    add("a", "b", "c", email="x@example.org")
    add("d")
    assign_holdout(connection, ["a", "d"], BEGINNING, 0.999999, read_clusters(connection))
    status = read_status()
    assert (status.count_customers, status.count_members, status.share_held) == (4, 4, 1.0)
    assert (status.count_clusters, status.largest_cluster) == (1, 3)
    assert [(spell.valid_from, spell.count_joined) for spell in status.spells] == [(BEGINNING, 4)]


@pytest.mark.usefixtures("warehouse")
def test_without_marts_the_status_says_what_to_do() -> None:
    with pytest.raises(LookupError, match="perennial run"):
        read_status()
