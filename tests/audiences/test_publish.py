"""An audience is published whole, from validated marts, in the order of the scores; or the last one stays."""

from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest

from perennial.as_of import snapshot_at
from perennial.audiences import NoRunError, PublishRefusedError, list_runs, newest_run, publish, read_run
from perennial.database import Role, connect
from perennial.lifecycle import load_lifecycle
from perennial.stages import UnknownStageError
from tests.audiences.conftest import NEXT_SUNDAY, SUNDAY, Brand

pytestmark = pytest.mark.integration


def members(run_id: str, columns: str = "customer_id") -> list[Any]:
    with connect(Role.READER) as connection:
        rows = connection.execute(
            f"select {columns} from audiences.members where run_id = %s order by rank", [run_id]
        ).fetchall()
    return [row[0] if len(row) == 1 else row for row in rows]


def test_members_are_the_consenting_customers_of_the_stage_in_the_order_of_their_scores(brand: Brand) -> None:
    for customer, purposes in {
        "low": ("profiling", "email"),
        "high": ("profiling", "sms", "email"),
        "no-profiling": ("email",),
        "no-channel": ("profiling", "training"),
    }.items():
        brand.add(customer, "retention")
        brand.consent(customer, purposes)
    brand.add("no-record", "retention")
    brand.add("elsewhere", "winback")
    brand.consent("elsewhere")
    brand.score("churn_risk", SUNDAY, {"low": 0.2, "high": 0.9, "no-channel": 0.5})

    run = publish("retention", SUNDAY)

    assert (run.ordered_by, run.model_version) == ("churn_risk", "3")
    assert (run.row_count, run.count_without_consent, run.count_holdout) == (2, 3, 0)
    assert members(run.run_id, "customer_id, rank, probability, band, channels, is_holdout") == [
        ("high", 1, 0.9, "high", ["email", "sms"], False),
        ("low", 2, 0.2, "high", ["email"], False),
    ]
    assert members(run.run_id, "reasons->0->>'text'") == ["because of high", "because of low"]


def test_equal_scores_are_ordered_by_customer_id_and_the_unscored_come_last(brand: Brand) -> None:
    for customer in ("b", "B", "a", "unscored"):
        brand.add(customer, "retention")
        brand.consent(customer)
    brand.score("churn_risk", SUNDAY, {"a": 0.5, "b": 0.5, "B": 0.5})
    assert members(publish("retention", SUNDAY).run_id) == ["B", "a", "b", "unscored"]


@pytest.mark.parametrize(
    ("stage", "rule", "expected"),
    [
        ("retention", "rule: most overdue by their cadence first", ["slow", "quick", "new"]),
        ("engagement", "rule: most due by their cadence first", ["slow", "quick", "new"]),
        ("onboarding", "rule: most due by their cadence first", ["slow", "quick", "new"]),
        ("winback", "rule: least overdue by their cadence first", ["new", "quick", "slow"]),
        ("prospect", "rule: most recently seen first", ["slow", "new", "quick"]),
    ],
)
def test_without_a_model_a_rule_orders_the_audience_and_says_so(
    brand: Brand, stage: str, rule: str, expected: list[str]
) -> None:
    brand.add("quick", stage, silent=20, gap=10.0, last_seen_on=date(2017, 9, 1))
    brand.add("slow", stage, silent=90, gap=30.0, last_seen_on=date(2017, 9, 20))
    brand.add("new", stage, silent=5, gap=None, orders=1, last_seen_on=date(2017, 9, 10))
    for customer in ("quick", "slow", "new"):
        brand.consent(customer)
    run = publish(stage, SUNDAY)
    assert (run.ordered_by, run.model_version) == (rule, None)
    assert members(run.run_id) == expected
    assert "last order 20 day(s) ago, usually one every 10.0 days" in members(run.run_id, "reasons->0->>'text'")


def test_of_ragged_gaps_the_likeliest_to_end_are_the_shortest(brand: Brand) -> None:
    for customer, silent, steadiness in (
        ("longest", 9, 0.0),
        ("shortest", 2, 0.0),
        ("due", 9, 1.0),
        ("not due", 2, 1.0),
    ):
        brand.add(customer, "engagement", silent=silent, gap=10.0, steadiness=steadiness)
        brand.consent(customer)
    assert members(publish("engagement", SUNDAY).run_id) == ["due", "not due", "shortest", "longest"]


def test_the_holdout_is_marked_and_stays_marked_whatever_the_day(brand: Brand) -> None:
    (brand.home / "lifecycle.yml").write_text("holdout_share: 0.5\n")
    load_lifecycle.cache_clear()
    for number in range(40):
        brand.add(f"c{number}", "winback", NEXT_SUNDAY)
        brand.consent(f"c{number}")
    brand.gate(NEXT_SUNDAY)
    later = publish("winback", NEXT_SUNDAY)
    assert 5 < later.count_holdout < 35
    held = {customer for customer, is_held in members(later.run_id, "customer_id, is_holdout") if is_held}

    # The marts are rebuilt for an earlier day: who is in the control group now is in no audience of the past either.
    with connect(Role.TRANSFORMER) as connection:
        connection.execute("update marts.customer_stages set snapshot_on = %s, entered_on = %s", [SUNDAY, SUNDAY])
    earlier = publish("winback", SUNDAY)
    assert {c for c, is_held in members(earlier.run_id, "customer_id, is_holdout") if is_held} == held


def test_publishing_the_same_content_again_is_the_same_run(brand: Brand) -> None:
    brand.add("1", "retention")
    brand.consent("1")
    first = publish("retention", SUNDAY)
    assert publish("retention", SUNDAY) == first
    assert first.run_id == f"retention-2017-09-24-{first.checksum[:12]}"


def test_changed_scores_are_a_new_run_and_the_old_one_can_become_the_newest_again(brand: Brand) -> None:
    brand.add("1", "retention")
    brand.consent("1")
    by_rule = publish("retention", SUNDAY)
    brand.score("churn_risk", SUNDAY, {"1": 0.4})
    scored = publish("retention", SUNDAY)
    assert newest_run("retention") == scored != by_rule
    with connect(Role.PUBLISHER) as connection:
        connection.execute("delete from predictions.scores")
    assert publish("retention", SUNDAY).run_id == by_rule.run_id == newest_run("retention").run_id
    assert read_run(scored.run_id).row_count == 1


def test_entered_at_is_carried_over_while_a_customer_stays(brand: Brand) -> None:
    for customer in ("stays", "returns"):
        brand.add(customer, "retention", entered_on=date(2017, 9, 3))
        brand.consent(customer)
    publish("retention", SUNDAY)
    brand.add("stays", "retention", NEXT_SUNDAY, entered_on=date(2017, 9, 3))
    brand.add("returns", "retention", NEXT_SUNDAY, entered_on=NEXT_SUNDAY)
    brand.add("new", "retention", NEXT_SUNDAY)
    brand.consent("new")
    brand.gate(NEXT_SUNDAY)
    run = publish("retention", NEXT_SUNDAY)
    assert dict(members(run.run_id, "customer_id, entered_at")) == {
        "stays": snapshot_at(SUNDAY),
        "returns": snapshot_at(NEXT_SUNDAY),
        "new": snapshot_at(NEXT_SUNDAY),
    }


def test_an_empty_stage_is_an_empty_audience(brand: Brand) -> None:
    brand.add("1", "retention")
    assert publish("winback", SUNDAY).row_count == 0


def test_consent_given_after_the_day_makes_no_member_of_it(brand: Brand) -> None:
    brand.add("late", "retention")
    brand.consent("late", at=datetime(2017, 9, 25, tzinfo=UTC))
    assert publish("retention", SUNDAY).row_count == 0


def test_a_red_gate_leaves_the_last_audience_in_place_and_names_the_check(brand: Brand) -> None:
    brand.add("1", "retention")
    brand.consent("1")
    before = publish("retention", SUNDAY)
    brand.add("2", "retention")
    brand.consent("2")
    brand.gate(SUNDAY, passes=False)
    with pytest.raises(PublishRefusedError, match=r"orders add up to their lines.*found 12.5.*stays in place"):
        publish("retention", SUNDAY)
    assert list_runs() == [before]
    brand.gate(SUNDAY)
    assert publish("retention", SUNDAY).row_count == 2


@pytest.mark.parametrize(
    ("day", "reason"), [(NEXT_SUNDAY, "marts are of 2017-09-24, not of 2017-10-01"), (SUNDAY, "has not validated")]
)
def test_marts_of_another_day_or_not_validated_are_refused(brand: Brand, day: date, reason: str) -> None:
    brand.add("1", "retention")
    with connect(Role.PUBLISHER) as connection:
        connection.execute("truncate gate.runs")
    with pytest.raises(PublishRefusedError, match=reason):
        publish("retention", day)


@pytest.mark.usefixtures("brand")
def test_missing_marts_are_refused_with_the_command_that_builds_them() -> None:
    with connect(Role.TRANSFORMER) as connection:
        connection.execute("drop table marts.customer_stages")
    with pytest.raises(PublishRefusedError, match="have not been built"):
        publish("retention", SUNDAY)


@pytest.mark.usefixtures("brand")
def test_unknown_stage_and_no_run_yet_have_clear_messages() -> None:
    with pytest.raises(UnknownStageError, match="'vip' is no stage; there are: prospect"):
        publish("vip", SUNDAY)
    with pytest.raises(NoRunError, match="No winback audience has been published yet"):
        newest_run("winback")


def test_a_run_of_another_day_is_missed_by_naming_those_there_are(brand: Brand) -> None:
    brand.add("1", "winback")
    publish("winback", SUNDAY)
    with pytest.raises(NoRunError, match="newest are of 2017-09-24"):
        newest_run("winback", NEXT_SUNDAY)


def test_a_run_is_stale_once_newer_events_are_older_than_the_brand_allows(brand: Brand) -> None:
    brand.add("1", "winback")
    publish("winback", SUNDAY)
    brand.event(date(2017, 10, 2))
    assert (newest_run("winback").age_days, newest_run("winback").is_stale) == (8, False)
    brand.event(date(2017, 10, 3))
    assert newest_run("winback").is_stale


@pytest.mark.usefixtures("brand")
def test_only_the_publisher_may_write_an_audience() -> None:
    with connect(Role.READER) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("delete from audiences.runs")
