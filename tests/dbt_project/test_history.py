"""Builds killed again and again, and a past day looked at once its future is known."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from tests.conftest import empty_warehouse
from tests.dbt_project.brand import Brand, Marts, Rows, differences
from tests.dbt_project.killing import kill_a_build
from tests.dbt_project.world import market

pytestmark = pytest.mark.integration

SUNDAY = date(2021, 5, 9)
KILLS = 3
IDENTIFIED_LATER = (
    "select count(distinct id) from intermediate.int_identities_resolved where is_device and known_on > %s"
)
UNTIL_THEN = "select customer_id, t::text from marts.{} as t where snapshot_on <= %s order by 1, 2"
REMEMBERED = ("customer_stages", "customer_features")


@dataclass(frozen=True)
class History:
    """Two builds, each killed again and again before it came through, and the second rebuilt from nothing."""

    is_killed: list[bool]
    then: dict[str, Rows]
    since: dict[str, Rows]
    grown: Marts
    rebuilt: Marts
    count_identified_later: int


@pytest.fixture(scope="module")
def history(platform_home: Path) -> Iterator[History]:
    assert platform_home
    empty_warehouse()
    brand, generator, events = Brand(), random.Random(7), market(seed=3, customers=20)
    brand.load(event for event in events if event.occurred_at.date() <= SUNDAY)
    is_killed = [kill_a_build(generator) for _ in range(KILLS)]  # of the very first build, with nothing to stand on
    brand.build()
    then = until_sunday(brand)
    brand.load(event for event in events if event.occurred_at.date() > SUNDAY)
    is_killed += [kill_a_build(generator) for _ in range(KILLS)]
    brand.build()
    since, grown = until_sunday(brand), brand.marts()
    [(count_identified_later,)] = brand.all(IDENTIFIED_LATER, SUNDAY)
    brand.build(full_refresh=True)
    yield History(is_killed, then, since, grown, brand.marts(), count_identified_later)
    brand.connection.close()


def until_sunday(brand: Brand) -> dict[str, Rows]:
    return {table: brand.all(UNTIL_THEN.format(table), SUNDAY) for table in REMEMBERED}


def test_after_builds_killed_at_random_times_the_next_gives_the_tables_of_a_full_rebuild(history: History) -> None:
    assert history.is_killed == [True] * 2 * KILLS
    assert differences(history.grown, history.rebuilt) == {}
    assert history.grown["customer_features"]


@pytest.mark.parametrize("table", REMEMBERED)
def test_a_past_day_knows_nothing_of_what_came_later(history: History, table: str) -> None:
    """Not even who an anonymous visitor turned out to be."""
    assert history.count_identified_later > 2
    assert len(history.then[table]) > 100
    assert history.then[table] == history.since[table]
