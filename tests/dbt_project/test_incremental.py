"""However the events came, and whichever days were asked for before, the marts are those of a full rebuild."""

import random
from datetime import date

import pytest

from tests.dbt_project.brand import Brand, Event, assert_equal_to_a_full_rebuild
from tests.dbt_project.world import market

pytestmark = pytest.mark.integration

WEDNESDAY, SUNDAY = date(2021, 5, 5), date(2021, 5, 23)
AS_OF_DAYS = [WEDNESDAY, None, SUNDAY]


def shuffled_into_batches(events: list[Event], count: int, seed: int) -> list[list[Event]]:
    """Batches roughly in order of time, a third of the events in a random batch."""
    generator = random.Random(seed)
    batches: list[list[Event]] = [[] for _ in range(count)]
    for position, event in enumerate(events):
        due = position * count // len(events)
        batches[generator.randrange(count) if generator.random() < 0.3 else due].append(event)
    return batches


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.validation) for seed in range(2, 7))])
def test_late_and_corrected_events_give_the_tables_of_a_full_rebuild(seed: int, brand: Brand) -> None:
    """Orders and corrections, identities and aliases, shared order numbers, in odd order; days forward and back."""
    batches = shuffled_into_batches(market(seed=seed), len(AS_OF_DAYS), seed=seed)
    for batch, as_of in zip(batches, AS_OF_DAYS, strict=True):
        brand.load(batch)
        brand.build(as_of)
    grown = assert_equal_to_a_full_rebuild(brand, SUNDAY)
    assert len(grown["customer_features"]) > 200
    assert grown["label_purchase_intent"]
