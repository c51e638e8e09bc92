"""A segment of a stage is an audience of its own: the same conditions, ordered by what a message would change."""

from pathlib import Path

import pytest

from perennial.audiences import (
    Effect,
    NoRunError,
    diff,
    list_runs,
    newest_run,
    publish,
    publish_segment,
    publish_segments,
    pull,
)
from perennial.database import Role, connect
from perennial.stages import Segment, UnknownStageError
from tests.audiences.conftest import NEXT_SUNDAY, SUNDAY, Brand

pytestmark = pytest.mark.integration
EFFECTS = {"small": Effect(0.5, 0.1, 0.9), "large": Effect(2, 1, 3), "unwilling": Effect(9, 8, 10)}


@pytest.fixture
def lapsed(brand: Brand) -> Brand:
    """Customers in winback of whom one has no consent, and one of retention."""
    for customer in ("small", "large", "unmoved", "unwilling", "held"):
        brand.add(customer, "winback")
        if customer != "unwilling":
            brand.consent(customer)
    brand.add("elsewhere", "retention")
    brand.consent("elsewhere")
    return brand


def test_persuadables_come_by_their_effect_under_the_same_conditions(lapsed: Brand) -> None:
    with connect(Role.PUBLISHER) as connection:
        connection.execute("insert into experiments.holdout_members values ('held', 'x', %s)", [SUNDAY])
    effects = EFFECTS | {"held": Effect(3, 2, 4), "elsewhere": Effect(5, 4, 6)}
    run = publish_segment("winback", Segment.PERSUADABLES, SUNDAY, effects, "1")
    assert (run.stage, run.row_count, run.count_holdout) == ("winback__persuadables", 3, 1)
    assert (run.count_without_consent, run.ordered_by) == (1, "uplift 1")
    lapsed.serve(SUNDAY)
    pulled = pull("winback__persuadables")
    assert list(pulled["customer_id"]) == ["large", "small"]
    assert pulled["reasons"][0][0] == "a message is expected to add +2 (+1 to +3)"


def test_sleeping_dogs_come_by_the_harm(lapsed: Brand) -> None:
    assert lapsed
    effects = {"small": Effect(-0.5, -0.9, -0.1), "large": Effect(-2, -3, -1)}
    run = publish_segment("winback", Segment.DO_NOT_DISTURB, SUNDAY, effects, "1")
    with connect(Role.READER) as connection:
        ranked = connection.execute(
            "select customer_id from audiences.members where run_id = %s order by rank", [run.run_id]
        ).fetchall()
    assert ranked == [("large",), ("small",)]


def test_stage_and_segment_are_distinguished(lapsed: Brand) -> None:
    whole = publish("winback", SUNDAY)
    part = publish_segment("winback", Segment.PERSUADABLES, SUNDAY, EFFECTS, "1")
    assert [run.stage for run in list_runs()] == ["winback", "winback__persuadables"]
    assert (newest_run("winback"), newest_run("winback__persuadables")) == (whole, part)
    for customer in ("small", "large", "unmoved"):
        lapsed.add(customer, "winback", NEXT_SUNDAY)
    lapsed.gate(NEXT_SUNDAY)
    publish_segment("winback", Segment.PERSUADABLES, NEXT_SUNDAY, {"small": EFFECTS["small"]}, "1")
    left = diff("winback__persuadables").left
    assert [departure.customer_id for departure in left] == ["large"]


def test_publishing_a_segment_again_is_the_same_run(lapsed: Brand) -> None:
    assert lapsed
    first = publish_segment("winback", Segment.PERSUADABLES, SUNDAY, EFFECTS, "1")
    assert publish_segment("winback", Segment.PERSUADABLES, SUNDAY, EFFECTS, "1") == first


def test_only_what_the_data_supports_is_published(lapsed: Brand) -> None:
    assert lapsed
    assert publish_segments("winback", SUNDAY) == []
    with connect(Role.PUBLISHER) as connection:
        connection.execute(
            "insert into predictions.uplift values ('winback', %s, 'small', 'persuadables', 0.5, 0.1, 0.9, '7')",
            [SUNDAY],
        )
    (run,) = publish_segments("winback", SUNDAY)
    assert (run.stage, run.row_count, run.ordered_by) == ("winback__persuadables", 1, "uplift 7")


def test_a_segment_never_published_says_when_there_would_be_one(warehouse: Path) -> None:
    assert warehouse
    with pytest.raises(NoRunError, match="only where the data shows"):
        newest_run("winback__do_not_disturb")
    with pytest.raises(UnknownStageError, match="winback__persuadables"):
        newest_run("winback__sleepers")
