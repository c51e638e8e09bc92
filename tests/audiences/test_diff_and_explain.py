"""Who came and went, and why somebody is in or out, condition by condition."""

from datetime import UTC, date, datetime

import pytest

from perennial.audiences import NoRunError, UnknownDayError, diff, explain, publish, pull
from perennial.audiences.comparison import Departure
from perennial.database import Role, connect
from tests.audiences.conftest import NEXT_SUNDAY, SUNDAY, Brand

pytestmark = pytest.mark.integration
TRICKY = "'; drop table audiences.runs; -- \U0001f984"


def test_a_diff_names_who_entered_and_where_those_who_left_are_now(brand: Brand) -> None:
    for customer in ("stays", "buys", "withdraws", "erased"):
        brand.add(customer, "retention")
        brand.consent(customer)
    publish("retention", SUNDAY)
    brand.add("stays", "retention", NEXT_SUNDAY)
    brand.add("buys", "engagement", NEXT_SUNDAY)
    brand.add("withdraws", "retention", NEXT_SUNDAY)
    brand.add("enters", "retention", NEXT_SUNDAY)
    brand.consent("enters")
    brand.consent("withdraws", ["profiling"], granted=False, at=datetime(2017, 9, 26, tzinfo=UTC))
    brand.gate(NEXT_SUNDAY)
    publish("retention", NEXT_SUNDAY)

    changes = diff("retention")

    assert (changes.previous.as_of, changes.run.as_of) == (SUNDAY, NEXT_SUNDAY)
    assert changes.entered == ["enters"]
    assert changes.count_stayed == 1
    assert sorted(changes.left, key=lambda departure: departure.customer_id) == [
        Departure("buys", "engagement"),
        Departure("erased", "not known any more"),
        Departure("withdraws", "retention"),
    ]
    assert changes.went_to == {"engagement": 1, "retention": 1, "not known any more": 1}


def test_a_first_run_has_nothing_to_compare_with(brand: Brand) -> None:
    brand.add("1", "retention")
    publish("retention", SUNDAY)
    with pytest.raises(NoRunError, match="no retention audience of a day before 2017-09-24"):
        diff("retention")
    with pytest.raises(NoRunError, match="No winback audience"):
        diff("winback")


def conditions(customer: str, as_of: date | None = None) -> dict[str, bool | None]:
    return {condition.name: condition.is_passed for condition in explain(customer, as_of).conditions}


def test_a_member_meets_every_condition_and_sees_the_reasons(brand: Brand) -> None:
    brand.add(TRICKY, "retention", silent=21, gap=7.0)
    brand.consent(TRICKY)
    brand.score("churn_risk", SUNDAY, {TRICKY: 0.83})
    run = publish("retention", SUNDAY)
    explained = explain(TRICKY)
    assert explained.is_member
    assert explained.is_exported
    assert set(conditions(TRICKY).values()) == {True}
    words = {condition.name: condition.words for condition in explained.conditions}
    assert words["stage"] == (
        "In retention since 2017-09-24: 5 orders, the last 21 days before, usually one every 7 days; slipping after "
        "10.5 days of silence, lapsed after 21."
    )
    assert words["score"] == ("churn_risk (version 3) says 83.0%: high, among the top 17 % of those scored.")
    assert words["published"] == f"Rank 1 of 1 in run {run.run_id}; in it since 2017-09-25."
    assert explained.reasons == [f"because of {TRICKY}"]
    assert explained.verdict == "In the retention audience of 2017-09-24, and pulled with it."


def test_each_unmet_condition_is_named_with_its_cause(brand: Brand) -> None:
    brand.add("unasked", "retention")
    brand.add("withdrawn", "retention")
    brand.consent("withdrawn")
    brand.consent("withdrawn", ["profiling"], granted=False, at=datetime(2017, 9, 1, tzinfo=UTC))
    brand.add("no-channel", "retention")
    brand.consent("no-channel", ["profiling"])
    publish("retention", SUNDAY)

    assert conditions("unasked")["consent to profiling"] is False
    assert "No record of consent" in explain("unasked").verdict
    assert "Refused or withdrawn on 2017-09-01 (test)." in explain("withdrawn").verdict
    assert conditions("no-channel")["consented channel"] is False
    assert explain("no-channel").conditions[-2].words.startswith("Not among the 0 members")


def test_an_address_that_bounced_for_good_is_named_and_not_published(brand: Brand) -> None:
    for customer in ("bounced", "fine"):
        brand.add(customer, "retention")
        brand.consent(customer, ["profiling", "email"])
    suppress = (
        "insert into consent.suppressions (customer_id, channel, since, reason, source) values (%s, %s, %s, %s, %s)"
    )
    with connect(Role.LOADER) as connection:
        connection.execute(suppress, ["bounced", "email", datetime(2017, 9, 1, tzinfo=UTC), "hard bounce", "test"])
    publish("retention", SUNDAY)
    assert conditions("bounced")["consented channel"] is False
    assert (conditions("bounced")["published"], conditions("fine")["published"]) == (False, True)
    assert "one bounced for good" in explain("bounced").verdict


def test_a_stranger_and_someone_not_yet_published_are_distinguished(brand: Brand) -> None:
    brand.add("1", "retention")
    brand.consent("1")
    assert conditions("nobody") == {"known": False}
    assert "Out of every audience" in explain("nobody").verdict
    assert conditions("1")["published"] is False
    assert "No retention audience has been published yet" in explain("1").verdict


def test_the_control_group_is_in_but_never_pulled_from(brand: Brand) -> None:
    brand.add("1", "retention")
    brand.consent("1")
    with connect(Role.PUBLISHER) as connection:
        connection.execute(
            "insert into experiments.holdout_members (customer_id, salt_digest, valid_from) "
            "values ('1', 'x', '2017-01-01')"
        )
    publish("retention", SUNDAY)
    explained = explain("1")
    assert (explained.is_member, explained.is_exported) == (True, False)
    assert explained.verdict.startswith("In, but never pulled from, the retention audience")


def test_who_withdrew_since_publishing_is_a_member_but_not_exported(brand: Brand) -> None:
    brand.add("1", "retention")
    brand.consent("1")
    publish("retention", SUNDAY)
    brand.consent("1", ["profiling"], granted=False, at=datetime(2017, 9, 26, tzinfo=UTC))
    assert (explain("1").is_member, explain("1").is_exported) == (True, False)
    brand.serve(SUNDAY)
    assert pull("retention").empty


def test_a_day_without_a_snapshot_names_the_nearest(brand: Brand) -> None:
    brand.add("1", "retention")
    brand.add("1", "retention", NEXT_SUNDAY)
    with pytest.raises(UnknownDayError, match="no snapshot of 2017-09-26; the nearest are of 2017-09-24, 2017-10-01"):
        explain("1", date(2017, 9, 26))
    assert explain("1", SUNDAY).as_of == SUNDAY
    assert explain("1").as_of == NEXT_SUNDAY


@pytest.mark.usefixtures("brand")
def test_before_the_first_build_an_explanation_names_the_command() -> None:
    with pytest.raises(NoRunError, match="perennial run"):
        explain("1")
