"""A person is recognised under another customer id by what the two share."""

from collections.abc import Callable

import pytest

from perennial.holdout import read_clusters
from perennial.holdout.clusters import MOST_SHARED
from tests.holdout.conftest import Connection

pytestmark = pytest.mark.integration


def test_a_shared_address_phone_or_household_connects(connection: Connection, add: Callable[..., None]) -> None:
    add("a", email="Kim@Example.org ")
    add("b", email="kim@example.org", phone="+49 (30) 123")
    add("c", phone="4930123", householdId="h1")
    add("d", household_id="h1")
    add("single", email="someone@example.org")
    clusters = read_clusters(connection)
    assert clusters.members("d") == ("a", "b", "c", "d")
    assert clusters.representative("c") == "a"
    assert clusters.members("single") == ("single",)
    assert clusters.closed_over(["b", "single"]) == ["a", "b", "c", "d", "single"]


def test_the_one_known_longest_stands_for_all_whatever_the_names(
    connection: Connection, add: Callable[..., None]
) -> None:
    add("z", "m", "a", email="one@example.org")
    assert read_clusters(connection).representative("a") == "z"


def test_an_identifier_of_very_many_is_nobodys_own(connection: Connection, add: Callable[..., None]) -> None:
    add(*(f"c{number}" for number in range(MOST_SHARED + 1)), email="unknown@example.org")
    assert read_clusters(connection).of == {}


def test_blank_traits_connect_no_one(connection: Connection, add: Callable[..., None]) -> None:
    add("a", "b", email=" ", phone="n/a", household_id=None)
    assert read_clusters(connection).of == {}
