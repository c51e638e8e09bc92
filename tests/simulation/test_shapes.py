"""Brands of odd shapes: the same bytes again, events that ingest accepts, a truth that fresh futures bear out."""

import csv
import gzip
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path as File
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perennial.ingestion.events.envelope import Event
from perennial.ingestion.events.rules import rules_of
from perennial.ingestion.reading import read_line
from perennial.lifecycle import read_lifecycle
from perennial.simulation import SHAPES, Brand, brand_of, planted_future, planted_truth, simulate_shape
from perennial.simulation.shapes.contracts import Path
from perennial.simulation.shapes.gaps import earliest, gaps_after

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SMALL = 150
HORIZON = 28
every_shape = pytest.mark.parametrize("name", SHAPES)


@cache
def small(name: str, seed: int = 0) -> Brand:
    return brand_of(name, customers=40 if name == "whale" else SMALL, seed=seed)


@every_shape
def test_the_same_arguments_give_the_same_bytes_and_another_seed_others(name: str, tmp_path: File) -> None:
    texts = []
    for number, seed in enumerate((1, 1, 2)):
        report = simulate_shape(name, tmp_path / f"{number}.jsonl.gz", customers=60, seed=seed)
        texts.append((File(report.file).read_bytes(), File(report.truth).read_bytes()))
    assert texts[0] == texts[1]
    assert texts[0][0] != texts[2][0]
    assert texts[0][1] != texts[2][1]


@every_shape
def test_ingest_accepts_every_event_and_consent_comes_with_everyone_who_is_identified(
    name: str, tmp_path: File
) -> None:
    report = simulate_shape(name, tmp_path / "brand.jsonl.gz", customers=60)
    rules = rules_of(read_lifecycle(tmp_path / "lifecycle.yml"))
    lines = gzip.decompress(File(report.file).read_bytes()).splitlines()
    outcomes = [outcome for number, line in enumerate(lines) for outcome in read_line(number, line, NOW, rules)]
    assert [outcome for outcome in outcomes if not isinstance(outcome, Event)] == []
    assert len(outcomes) == report.count_events == len({message_id(line) for line in lines})
    events = [orjson.loads(line) for line in lines]
    granted = {event["userId"]: event["context"]["consent"]["categoryPreferences"] for event in identified(events)}
    assert all(
        preferences["training"] and preferences["profiling"] and preferences["email"]
        for preferences in granted.values()
    )
    assert {event["userId"] for event in events if "userId" in event} == granted.keys()


@every_shape
def test_the_truth_names_everyone_and_counts_what_the_events_hold(name: str, tmp_path: File) -> None:
    report = simulate_shape(name, tmp_path / "brand.jsonl", customers=60, seed=4)
    events = [orjson.loads(line) for line in File(report.file).read_bytes().splitlines()]
    rows = {row["customer_id"]: row for row in csv.DictReader(File(report.truth).read_text().splitlines())}
    assert len(rows) == 60
    orders: dict[str, list[Any]] = {customer: [] for customer in rows}
    for event in events:
        if event.get("event") == "Order Completed":
            customer = event.get("userId") or event["anonymousId"].replace("d", "c")
            orders[customer].append(datetime.fromisoformat(event["timestamp"]).date())
    if SHAPES[name].outage_days is None:
        assert {customer: len(days) for customer, days in orders.items()} == {
            customer: int(row["count_orders"]) for customer, row in rows.items()
        }
        silent = {customer: (report.as_of - max(days)).days for customer, days in orders.items() if days}
        assert silent == {customer: int(rows[customer]["days_silent"]) for customer in silent}


@every_shape
@pytest.mark.parametrize("seed", [0, 1])
def test_fresh_futures_from_the_same_state_agree_with_the_truth(name: str, seed: int) -> None:
    """The sum over customers of what happened, against the sum of probabilities: within four binomial errors."""
    brand = small(name, seed)
    random = np.random.default_rng([seed, 7])
    future, draws = planted_future(brand, HORIZON), 40
    counts, reached = fresh_counts(brand, draws, random)
    for at_least, probability in ((1, future.one_order), (2, future.two_orders)):
        happened = (counts >= at_least).sum(axis=0)
        for some in thirds(probability):
            error = np.sqrt((reached * probability * (1 - probability))[some].sum())
            assert abs((happened - reached * probability)[some].sum()) <= 4 * error + 1e-6
    deviations = (counts.sum(axis=0) - reached * future.expected_orders).sum()
    assert abs(deviations) <= 4 * np.sqrt((counts.var(axis=0) * reached).sum()) + 1e-6
    assert reached.mean() > 0.9 * draws


def thirds(probability: Any) -> list[Any]:
    """The positions of the least, the middle and the most probable."""
    return np.array_split(np.argsort(probability, kind="stable"), 3)


def fresh_counts(brand: Brand, draws: int, random: np.random.Generator) -> tuple[Any, Any]:
    """(draws, customers) orders within the horizon, and how often each customer's past was met by a fresh gap.

    By rejection: gaps are drawn as the brand draws them until one is longer than the silence.
    """
    read, until = brand.clock.read, brand.today + HORIZON
    counts = np.zeros((draws, len(brand.customers)), dtype=int)
    reached = np.zeros(len(brand.customers), dtype=int)
    gaps = gaps_after(brand.shape, brand.customers, brand.state.count_orders)
    for _ in range(100 * draws):
        due = np.searchsorted(read, read[brand.state.last_on] + earliest(gaps.draw(random)[1]))
        accepted = np.flatnonzero((due > brand.today) & (reached < draws))
        counts[reached[accepted], accepted] = orders_from(brand, accepted, due[accepted], until, random)
        reached[accepted] += 1
        if (reached == draws).all():
            break
    return counts, reached


def orders_from(brand: Brand, who: Any, due: Any, until: int, random: np.random.Generator) -> Any:
    everyone, read = brand.state.count_orders.copy(), brand.clock.read
    day, count = np.full(len(everyone), until + 1), np.zeros(len(everyone), dtype=int)
    day[who] = due
    while (day <= until).any():
        is_ordering = day <= until
        count += is_ordering
        gaps = gaps_after(brand.shape, brand.customers, everyone + count).draw(random)[1]
        again = np.searchsorted(read, read[np.minimum(day, until)] + earliest(gaps))
        day = np.where(is_ordering, again, until + 1)
    return count[who]


@given(
    name=st.sampled_from(sorted(SHAPES)),
    customers=st.integers(1, 12),
    days=st.integers(51, 400),
    start=st.dates(date(2019, 1, 1), date(2023, 1, 1)),
    seed=st.integers(0, 1_000),
)
@settings(max_examples=60, deadline=None)
def test_a_brand_of_any_size_has_a_coherent_truth(name: str, customers: int, days: int, start: date, seed: int) -> None:
    brand = brand_of(name, customers=customers, days=days, start=start, seed=seed)
    truth = planted_truth(brand)
    assert ((brand.orders.day >= 0) & (brand.orders.day < days)).all()
    assert not brand.clock.is_closed[brand.orders.day].any()
    assert (np.bincount(brand.orders.customer, minlength=customers) == truth.count_orders).all()
    tolerance = 1e-9
    assert (truth.probability_7d >= -tolerance).all()
    assert (truth.probability_7d <= truth.probability_28d + tolerance).all()
    assert (truth.probability_28d <= 1 + tolerance).all()
    assert (truth.probability_two_orders_28d <= truth.probability_28d + tolerance).all()
    assert (truth.probability_28d <= truth.expected_orders_56d + tolerance).all()
    assert set(truth.planted_state.tolist()) <= {"prospect", "onboarding", "engagement", "retention", "winback"}
    assert ((truth.planted_state == "prospect") == (truth.count_orders == 0)).all()


def test_who_left_for_good_is_lapsed_once_two_own_gaps_are_over() -> None:
    brand = brand_of("subscription", customers=SMALL, seed=3)
    truth = planted_truth(brand)
    lapsed = truth.is_gone & (truth.days_silent > 61) & (truth.count_orders > 0)
    assert lapsed.sum() > 10
    assert (truth.planted_state[lapsed] == "winback").all()


def test_a_subscription_renews_to_the_day_and_loses_eight_percent_at_each_renewal() -> None:
    brand = brand_of("subscription", customers=4_000, seed=1)
    order = np.lexsort((brand.orders.number, brand.orders.customer))
    customer, day = brand.orders.customer[order], brand.orders.day[order]
    gaps = np.diff(day)[np.diff(customer) == 0]
    on_time = gaps == 30
    assert (gaps >= 30).all()
    due = brand.orders.day < brand.today - 30
    assert on_time.sum() / due.sum() == pytest.approx(0.92, abs=4 * np.sqrt(0.92 * 0.08 / due.sum()))
    missed = (brand.state.path != Path.STAYS).sum()
    assert (brand.state.path == Path.LEAVES).sum() / missed > 0.6


def test_nobody_leaves_within_a_minimum_term() -> None:
    state = small("minimum_term").state
    within = (state.count_orders >= 1) & (state.count_orders < 16)
    assert (state.path[within] == Path.STAYS).all()
    assert (state.path[state.count_orders >= 16] != Path.STAYS).any()


def test_a_growing_brand_gains_a_fifth_each_day() -> None:
    joined = np.bincount(brand_of("growing", customers=20_000).customers.joins_on)
    assert joined[-1] / joined[-8] == pytest.approx(1.2**7, rel=0.1)


def test_a_closed_brand_has_no_events_and_nobody_s_truth_moves(tmp_path: File) -> None:
    days = 371 - 8  # ends on the last of the closed days
    shape = SHAPES["closed_days"]
    assert [shape.closures.holds(shape.start + timedelta(days=day)) for day in range(days - 14, days)] == [True] * 14
    before = brand_of("closed_days", customers=SMALL, days=days - 14)
    closing = planted_truth(before)
    assert np.array_equal(closing.planted_state, planted_truth(replace(before, days=days)).planted_state)
    assert not np.array_equal(closing.planted_state, planted_truth(replace(before, days=days + 8)).planted_state)
    report = simulate_shape("closed_days", tmp_path / "brand.jsonl", customers=SMALL, days=days)
    last = File(report.file).read_bytes().splitlines()[-1]
    assert datetime.fromisoformat(orjson.loads(last)["timestamp"]).date() < report.as_of - timedelta(days=13)


def test_the_peak_is_twenty_usual_days_and_an_outage_leaves_no_event(tmp_path: File) -> None:
    brand = brand_of("peak_and_outage", customers=6_000)
    peak = brand.today - 35
    per_day = np.bincount(brand.orders.day, minlength=brand.days)
    assert per_day[peak] / per_day[peak - 28 : peak].mean() == pytest.approx(20, rel=0.15)
    newcomers = brand.customers.is_of_peak
    assert (brand.state.path[newcomers] == Path.LEAVES).mean() == pytest.approx(0.8, abs=0.04)
    report = simulate_shape("peak_and_outage", tmp_path / "brand.jsonl", customers=SMALL)
    events = [orjson.loads(line) for line in File(report.file).read_bytes().splitlines()]
    ago = {(report.as_of - datetime.fromisoformat(event["timestamp"]).date()).days for event in events}
    assert ago & set(range(46, 51)) == set()
    assert {45, 51} <= ago


def test_one_whale_orders_daily_and_97_percent_of_mattresses_are_bought_once() -> None:
    whale = brand_of("whale")
    assert whale.state.count_orders[0] == whale.days
    assert (whale.state.count_orders[1:] < 60).all()
    once = brand_of("once", customers=6_000)
    bought = once.state.count_orders > 0
    assert (once.state.count_orders[bought] == 1).mean() == pytest.approx(0.97, abs=0.01)


def test_most_visits_and_some_orders_carry_no_user_id(tmp_path: File) -> None:
    report = simulate_shape("mostly_anonymous", tmp_path / "brand.jsonl", customers=600)
    events = [orjson.loads(line) for line in File(report.file).read_bytes().splitlines()]
    visits = [event for event in events if event.get("event") == "Product Viewed"]
    orders = [event for event in events if event.get("event") == "Order Completed"]
    assert sum("userId" not in event for event in visits) / len(visits) > 0.7
    assert 0.15 < sum("userId" not in event for event in orders) / len(orders) < 0.35


def test_december_is_busier_than_june() -> None:
    brand = brand_of("season")
    month = (np.datetime64(brand.clock.start) + brand.orders.day).astype("datetime64[M]").astype(int) % 12
    assert (month == 11).sum() > 4 * (month == 5).sum()


def test_the_probability_of_a_gift_rises_with_the_number_of_orders() -> None:
    truth = planted_truth(brand_of("yearly", customers=3_000))
    fresh = truth.days_silent < 300
    by_count = [truth.probability_own_gap[fresh & (truth.count_orders == count)].mean() for count in (1, 2, 3)]
    assert by_count == sorted(by_count)
    # Silence within the own gap does not lower it: an order is due once a year. Some of the lapsed are due as well.
    assert 0.45 < by_count[0] < 0.45 + 0.3 * 0.55


def test_a_shape_is_refused_a_history_that_cannot_hold_it() -> None:
    with pytest.raises(ValueError, match="51 days at least"):
        brand_of("peak_and_outage", days=50)
    with pytest.raises(ValueError, match="there are: weekly, subscription"):
        brand_of("square")
    with pytest.raises(ValueError, match="at least 1 customer"):
        brand_of("weekly", customers=0)


def identified(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event for event in events if event["type"] == "identify"]


def message_id(line: bytes) -> str:
    return str(orjson.loads(line)["messageId"])
