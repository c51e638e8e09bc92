"""However the events came, and whatever was built before, the marts are those of a full rebuild."""

import random
from datetime import date

import pytest
from tests.dbt_project.conftest import Brand, Event, differences
from tests.dbt_project.world import market

pytestmark = pytest.mark.integration

AS_OF_DAYS = [date(2021, 4, 28), date(2021, 5, 23), date(2021, 5, 5), None]


def shuffled_into_batches(events: list[Event], count: int, seed: int) -> list[list[Event]]:
    """Batches roughly in order of time, a third of the events in whichever batch chance throws them."""
    chance = random.Random(seed)
    batches: list[list[Event]] = [[] for _ in range(count)]
    for position, event in enumerate(events):
        due = position * count // len(events)
        batches[chance.randrange(count) if chance.random() < 0.3 else due].append(event)
    return batches


@pytest.mark.parametrize("seed", [1])
def test_late_and_corrected_events_give_the_tables_of_a_full_rebuild(brand: Brand, seed: int) -> None:
    for batch, as_of in zip(shuffled_into_batches(market(seed), len(AS_OF_DAYS), seed), AS_OF_DAYS, strict=True):
        brand.load(batch)
        brand.build(as_of)
    grown = brand.marts()
    brand.build(full_refresh=True)
    assert differences(grown, brand.marts()) == {}
