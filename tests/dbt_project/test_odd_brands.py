"""Brands unlike the usual: their marts are right, or the error says what to do."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from perennial.settings import load_settings
from perennial.tool_environment import tool_environment, write_dbt_profile
from perennial.warehouse import BuildFailedError
from tests.dbt_project.brand import Brand, Event, differences, order
from tests.dbt_project.world import ODD_IDS, market

pytestmark = pytest.mark.integration

YEARS = timedelta(days=4004)
EVERYTHING = None


def plain_dbt(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What somebody at a terminal gets of dbt, in the environment that `perennial env` prints."""
    settings = load_settings()
    write_dbt_profile(settings)
    folders = ("--target-path", str(home / "plain"), "--log-path", str(home / "plain"))
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "dbt.cli.main", *arguments, *folders, "--no-use-colors"],
        env={**os.environ, **tool_environment(settings)},
        capture_output=True,
        text=True,
        check=False,
    )


def long_ago_without_messages(events: list[Event]) -> list[Event]:
    silent = [event for event in events if (event.event or "Order").startswith("Order")]
    return [replace(event, occurred_at=event.occurred_at - YEARS) for event in silent]


def test_fifty_customers_of_long_ago_with_odd_ids_and_no_messages(brand: Brand, warehouse: Path) -> None:
    """Plain dbt at a terminal, which runs the data tests and the unit tests too, builds what `build` builds."""
    events = long_ago_without_messages(market(seed=6, customers=50))
    odd = {f"odd-{number}": name for number, name in enumerate(ODD_IDS)}
    brand.load([*events, *(order(order_id, name, "2010-06-01T12:00") for order_id, name in odd.items())])
    finished = plain_dbt(warehouse, "build")
    assert finished.returncode == 0, finished.stdout[-3000:]
    assert re.search(r"\b\d+ unit tests\b", finished.stdout)
    plain = brand.marts()
    report = brand.build()
    assert differences(plain, brand.marts()) == {}
    newest = max(event.occurred_at for event in events).date()
    assert newest - timedelta(days=1) <= report.as_of <= newest < date(2011, 1, 1)
    named = {name for (name,) in brand.all("select customer_id from marts.customers")}
    renamed = {event.properties["previousId"] for event in events if event.type == "alias"}
    assert named >= ({event.user_id for event in events if event.user_id} | set(ODD_IDS)) - renamed
    assert odd.items() <= dict(brand.all("select order_id, customer_id from marts.orders")).items()
    assert brand.all("select count(*) from marts.messages") == [(0,)]
    newest = "select count(*), count(*) filter (where is_in_campaign or days_since_last_message is not null)"
    assert brand.all(f"{newest} from marts.customer_features where snapshot_on = %s", report.as_of) == [(len(named), 0)]
    bought = "select customer_id, count(*) from marts.orders where not is_cancelled group by 1"
    known = "select customer_id, count_orders from marts.customers where count_orders > 0"
    assert dict(brand.all(bought)) == dict(brand.all(known))


def test_one_customer_with_one_order_goes_from_onboarding_over_retention_to_winback(brand: Brand) -> None:
    brand.load([order("only", "ada", "2021-03-03T10:00", total=12.5)])
    brand.build(date(2021, 9, 1), select=EVERYTHING)
    assert brand.all("select customer_id, count_orders, revenue::text from marts.customers") == [("ada", 1, "12.5")]
    path = brand.all("select transitioned_on, from_stage, to_stage from marts.stage_transitions")
    # More than 30 days, then more than 90, as no cadence is known.
    assert path == [(date(2021, 4, 4), "onboarding", "retention"), (date(2021, 6, 6), "retention", "winback")]
    features = (
        "select count_orders, revenue, usual_gap_days, gap_ratio, days_since_last_order from marts.customer_features"
    )
    assert brand.all(f"{features} where snapshot_on = '2021-03-07'") == [(1, 12.5, None, None, 4)]
    assert brand.all("select label from marts.label_activation where snapshot_on = '2021-03-07'") == [(False,)]


def test_without_events_both_ways_to_build_name_the_remedy(brand: Brand, warehouse: Path) -> None:
    with pytest.raises(BuildFailedError, match=r"There are no events yet.*perennial ingest events"):
        brand.build()
    finished = plain_dbt(warehouse, "build")
    assert finished.returncode == 2
    assert "There are no events yet. Load some: `perennial ingest events FILE`." in finished.stdout
    assert brand.marts() == {}


def test_a_day_before_the_first_event_is_refused_by_both_ways_to_build(brand: Brand, warehouse: Path) -> None:
    brand.load([order("only", "ada", "2021-03-03T10:00")])
    with pytest.raises(BuildFailedError, match=r"first event is of 2021-03-03\. Ask for a later day"):
        brand.build(date(2021, 3, 2))
    finished = plain_dbt(warehouse, "build", "--vars", "{as_of: 2021-03-02}")
    assert "first event is of 2021-03-03. Ask for a later day" in finished.stdout
    assert brand.marts() == {}
