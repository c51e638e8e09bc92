"""What is asked again after publishing, where nothing else would notice if it were not."""

from datetime import UTC, datetime

import pytest

from perennial.audiences import describe, explain, publish, pull
from perennial.database import Role, connect
from tests.audiences.conftest import SUNDAY, Brand, brand

pytestmark = pytest.mark.integration
assert brand  # the fixture


@pytest.fixture
def published(brand: Brand) -> Brand:
    """Two members of retention with scores, features online."""
    for customer in ("held", "other"):
        brand.add(customer, "retention")
        brand.consent(customer)
    brand.score("churn_risk", SUNDAY, {"held": 0.8, "other": 0.6})
    return brand


def hold_out(customer_id: str) -> None:
    with connect(Role.PUBLISHER) as connection:
        connection.execute(
            "insert into experiments.holdout_members (customer_id, salt_digest, valid_from) "
            "values (%s, 'x', '2017-01-01')",
            [customer_id],
        )


@pytest.mark.usefixtures("published")
def test_whoever_is_held_out_after_publishing_is_explained_as_not_exported() -> None:
    publish("retention", SUNDAY)
    assert explain("held").is_exported
    hold_out("held")
    explained = explain("held")
    assert (explained.is_member, explained.is_exported) == (True, False)
    assert "In the control group" in explained.verdict


def test_whoever_was_published_as_held_out_is_not_pulled_after_leaving_the_control_group(published: Brand) -> None:
    hold_out("held")
    publish("retention", SUNDAY)
    published.serve(SUNDAY)
    with connect(Role.PUBLISHER) as connection:
        connection.execute("update experiments.holdout_members set valid_to = '2017-01-02'")
    assert pull("retention")["customer_id"].tolist() == ["other"]
    assert not explain("held").is_exported


def test_a_profile_without_consent_to_profiling_has_neither_features_nor_scores(published: Brand) -> None:
    published.serve(SUNDAY)
    shown = describe("held")
    assert shown.scores["churn_risk"].probability == 0.8
    assert shown.features["days_since_last_order"] == 10
    published.consent("held", ["profiling"], granted=False, at=datetime(2017, 9, 26, tzinfo=UTC))
    shown = describe("held")
    assert (shown.features, shown.scores) == ({}, {})
    assert not shown.consent["profiling"].is_granted
