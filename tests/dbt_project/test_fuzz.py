"""Whatever comes in as events, every build is green and no neighbour's row changes; a red build names its event."""

import logging
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.dbt_project.brand import Brand, differences
from tests.dbt_project.fuzzing import AS_OF, LIFECYCLE, Neighbourhood, narrow
from tests.dbt_project.hostile_events import hostile_events

# A red build takes as long as finding the event that made it.
pytestmark = [pytest.mark.integration, pytest.mark.timeout(3_600)]

log = logging.getLogger(__name__)


@pytest.fixture
def neighbourhood(brand: Brand, set_by_hand: Callable[[dict[str, Any]], None], tmp_path: Path) -> Neighbourhood:
    set_by_hand(LIFECYCLE)
    return Neighbourhood(brand, tmp_path)


def survive(neighbourhood: Neighbourhood, *, seed: int, builds: int, events: int) -> None:
    """So many builds, each after so many hostile events more; the first trouble names the events that make it."""
    messages = hostile_events(builds * events, seed)
    for batch in (messages[start : start + events] for start in range(0, len(messages), events)):
        since = neighbourhood.newest_load()
        report = neighbourhood.ingest(batch)
        assert report.failure is None
        assert report.count_loaded > events / 3, "nearly all was refused: the builds are hardly tested"
        if trouble := neighbourhood.trouble():
            pytest.fail(f"seed {seed}: {trouble}\n{neighbourhood.culprits(since)}")


def test_hostile_events_stop_no_build_and_change_no_neighbour(neighbourhood: Neighbourhood) -> None:
    assert all(len(rows) > 30 for rows in neighbourhood.before.values())
    survive(neighbourhood, seed=11, builds=2, events=350)


@pytest.mark.validation
def test_fresh_hostile_events_stop_no_build_and_change_no_neighbour(
    neighbourhood: Neighbourhood,
) -> None:
    """5,400 events in 18 builds, of a seed that is logged."""
    seed = random.SystemRandom().randrange(10**6)
    log.info("seed %d", seed)
    survive(neighbourhood, seed=seed, builds=18, events=300)


def test_an_event_taken_out_of_raw_leaves_nothing_behind(neighbourhood: Neighbourhood) -> None:
    """Healed by the next build: the tables are those of a build that never saw it, without a full refresh."""
    brand = neighbourhood.brand
    never_saw = brand.marts()
    who = {"userId": "o'Brien", "timestamp": "2021-05-01T10:00:00Z"}
    planted = [
        {"type": "track", "event": "Order Completed", "properties": {"order_id": "planted", "total": 5}, **who},
        {"type": "identify", "anonymousId": "device-c7", "traits": {"plan": "planted"}, **who},
        {"type": "alias", "previousId": "c8", **who},
    ]
    neighbourhood.ingest([{**event, "messageId": f"planted-{number}"} for number, event in enumerate(planted)])
    brand.build(AS_OF)
    assert differences(brand.marts(), never_saw)
    brand.connection.execute("delete from raw.events where message_id ~ '^planted-'")
    brand.build(AS_OF)
    assert differences(brand.marts(), never_saw) == {}


def test_the_guilty_are_narrowed_down() -> None:
    crowd = [str(number) for number in range(100)]
    assert narrow(crowd, lambda some: "42" in some) == ["42"]
    assert narrow(crowd, lambda some: {"10", "90"} <= set(some), probes=200) == ["10", "90"]
    assert len(narrow(crowd, lambda some: len(some) > 2, probes=20)) < 50
    assert narrow(["7"], bool) == ["7"]
