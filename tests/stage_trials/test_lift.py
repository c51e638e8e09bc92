"""The effect of a stage's audience is found where there is one; "cannot tell yet" is answered where it is true."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest

from perennial.as_of import snapshot_at
from perennial.database import Role, connect
from perennial.stage_trials import StageLift, measure_lift, read_lift
from perennial.stage_trials.cohort import MartsBehindError
from tests.identity.stated import Stated, plant

pytestmark = pytest.mark.integration

ENTERED, LATER = date(2020, 3, 1), date(2020, 4, 30)
MARTS = """
    create table marts.customers (customer_id text primary key, first_seen_at timestamptz, traits jsonb);
    create table marts.customer_stages (snapshot_on date);
    insert into marts.customer_stages values ('2020-04-30');
    create table marts.orders (customer_id text, ordered_at timestamptz, net_revenue numeric, is_cancelled boolean);
"""


class Brand:
    """A retention audience of one day, a fifth of it held out, and the orders around it."""

    def __init__(self, connection: psycopg.Connection[Any], seed: int) -> None:
        self.connection, self.generator = connection, np.random.default_rng(seed)

    def enter(self, count: int, stage: str = "retention", on: date = ENTERED) -> tuple[list[str], list[bool]]:
        ids = [f"c{number:05d}" for number in range(count)]
        held = [bool(draw < 0.2) for draw in self.generator.random(count)]
        run = f"{stage}-{on}"
        self.connection.execute(
            "insert into audiences.runs values (%s, %s, %s, %s, 'a rule', null, %s, 'x', 0, %s)",
            [run, stage, on, snapshot_at(on), count, sum(held)],
        )
        self.copy(
            "audiences.members",
            [
                (run, one, rank, None, None, None, "[]", ["email"], snapshot_at(on), is_held)
                for rank, (one, is_held) in enumerate(zip(ids, held, strict=True))
            ],
        )
        self.copy("marts.customers (customer_id)", [(one,) for one in ids])
        self.consent(ids)
        self.copy(
            "experiments.holdout_members (customer_id, salt_digest, valid_from)",
            [(one, "x", snapshot_at(on)) for one, is_held in zip(ids, held, strict=True) if is_held],
        )
        return ids, held

    def consent(self, ids: list[str], *, granted: bool = True, on: date = date(2020, 1, 1)) -> None:
        """Consent to training is granted or withdrawn."""
        columns = "customer_id, purpose, is_granted, valid_from, source"
        rows = [(one, "training", granted, snapshot_at(on), "test") for one in ids]
        self.copy(f"consent.ledger ({columns})", rows)

    def shop(self, ids: list[str], held: list[bool], effect: float) -> None:
        """Everyone's habit shows before and after; messages add `effect` to the rate of those who get them."""
        habits = self.generator.gamma(2, 1, len(ids))
        rows = []
        for one, is_held, habit in zip(ids, held, habits, strict=True):
            rows += [(one, self.moment(-90, 0), 10, False) for _ in range(self.generator.poisson(3 * habit))]
            pace = habit * (1 if is_held else 1 + effect)
            rows += [(one, self.moment(0, 28), 10, False) for _ in range(self.generator.poisson(pace))]
            rows += [(one, self.moment(28, 50), 1000, False), (one, self.moment(0, 28), 1000, True)]
        self.copy("marts.orders", rows)

    def moment(self, first: float, last: float) -> datetime:
        return snapshot_at(ENTERED) + timedelta(days=float(self.generator.uniform(first, last)))

    def copy(self, table: str, rows: list[tuple[Any, ...]]) -> None:
        with self.connection.cursor() as cursor, cursor.copy(f"copy {table} from stdin".encode()) as copy:
            for row in rows:
                copy.write_row(row)


@pytest.fixture
def brand(warehouse: Path) -> Iterator[Brand]:
    assert warehouse
    with connect(Role.OWNER, autocommit=True) as connection:
        connection.execute("set role transformer")
        connection.execute(MARTS)
        connection.execute("reset role")
        yield Brand(connection, seed=3)


def found(stage: str, metric: str, rows: list[StageLift]) -> StageLift:
    return next(row for row in rows if (row.stage, row.metric) == (stage, metric))


def test_a_planted_effect_is_found_with_its_size(brand: Brand) -> None:
    ids, held = brand.enter(4000)
    brand.shop(ids, held, effect=0.3)
    revenue = found("retention", "revenue", measure_lift(LATER))
    assert (revenue.count_holdout, revenue.count_messaged) == (sum(held), 4000 - sum(held))
    assert revenue.verdict == "higher"
    assert revenue.lift_low is not None
    assert revenue.lift_high is not None
    assert revenue.lift_low < 0.3 < revenue.lift_high
    assert revenue.sample_ratio_p_value is not None
    assert revenue.sample_ratio_p_value > 0.01


def test_without_an_effect_none_is_claimed(brand: Brand) -> None:
    ids, held = brand.enter(4000)
    brand.shop(ids, held, effect=0.0)
    for row in measure_lift(LATER):
        assert row.verdict in {"cannot tell yet", "no relevant difference"}


def test_revenue_is_compared_only_where_it_is_known_of_nearly_all(brand: Brand) -> None:
    ids, held = brand.enter(4000)
    brand.shop(ids, held, effect=0.3)
    brand.copy("marts.orders", [(one, brand.moment(0, 28), None, False) for one in ids[:20]])
    revenue, ordered = (found("retention", metric, measure_lift(LATER)) for metric in ("revenue", "ordered"))
    assert (revenue.verdict, ordered.count_messaged + ordered.count_holdout) == ("higher", 4000)
    brand.copy("marts.orders", [(one, brand.moment(0, 28), None, False) for one in ids[:60]])
    revenue, ordered = (found("retention", metric, measure_lift(LATER)) for metric in ("revenue", "ordered"))
    assert revenue.sentence.startswith("cannot tell: what 60 of 4,000 customers spent is unknown")
    assert ordered.difference is not None


def test_before_the_horizon_closes_the_missing_days_are_named(brand: Brand) -> None:
    brand.enter(500)
    row = found("retention", "ordered", measure_lift(ENTERED + timedelta(days=10)))
    assert (row.verdict, row.more_days, row.difference) == ("cannot tell yet", 18, None)
    assert "the next horizon closes on 2020-03-29" in row.sentence
    assert (row.count_messaged, row.count_holdout) == (0, 0)
    closed = found("retention", "ordered", measure_lift(date(2020, 3, 29)))
    assert closed.count_messaged > 300


def test_one_who_enters_twice_counts_once_from_the_first_time(brand: Brand) -> None:
    ids, _ = brand.enter(300)
    brand.connection.execute(
        "insert into audiences.runs values ('again', 'retention', %s, %s, 'a rule', null, 300, 'x', 0, 0)",
        [date(2020, 3, 8), snapshot_at(date(2020, 3, 8))],
    )
    brand.connection.execute(
        "insert into audiences.members select 'again', customer_id, rank, null, null, null, '[]', channels, "
        "entered_at, not is_holdout from audiences.members"
    )
    row = found("retention", "revenue", measure_lift(LATER))
    assert row.count_messaged + row.count_holdout == len(ids)


def test_measuring_again_replaces_the_day_and_leaves_other_days(brand: Brand) -> None:
    ids, held = brand.enter(400)
    brand.shop(ids, held, effect=0.0)
    first = measure_lift(LATER)
    measure_lift(LATER - timedelta(days=1))
    assert measure_lift(LATER) == first
    (count,) = brand.connection.execute("select count(*) from experiments.lift").fetchone() or (0,)
    assert count == 2 * len(first)
    assert read_lift() == first
    assert read_lift(LATER) == first
    assert len(read_lift(LATER - timedelta(days=1))) == len(first)


@pytest.mark.usefixtures("brand")
def test_marts_of_an_earlier_day_are_refused_and_nothing_is_written() -> None:
    with pytest.raises(MartsBehindError, match=r"of 2020-04-30, .*`perennial run --as-of 2020-05-01`"):
        measure_lift(LATER + timedelta(days=1))
    with pytest.raises(LookupError):
        read_lift()


@pytest.mark.usefixtures("brand")
def test_a_day_that_was_not_measured_says_what_measures_it() -> None:
    with pytest.raises(LookupError, match="measure_lift"):
        read_lift(datetime(2020, 1, 1, tzinfo=UTC).date())


def test_only_those_who_consented_to_training_at_entry_are_in_the_trial(brand: Brand) -> None:
    ids, held = brand.enter(600)
    brand.shop(ids, held, effect=0.0)
    brand.consent(ids[:100], granted=False, on=date(2020, 2, 1))
    brand.consent(ids[:50], on=date(2020, 3, 20))
    row = found("retention", "revenue", measure_lift(LATER))
    assert (row.count_messaged, row.count_holdout) == (500 - sum(held[100:]), sum(held[100:]))
    assert "left out: 100 without consent to training at entry" in row.sentence


def test_withdrawals_leave_the_trial_and_unequal_ones_end_it(brand: Brand) -> None:
    ids, held = brand.enter(2000)
    brand.shop(ids, held, effect=0.3)
    brand.consent(ids[:100], granted=False, on=date(2020, 3, 10))
    equal = found("retention", "revenue", measure_lift(LATER))
    assert equal.count_messaged + equal.count_holdout == 1900
    assert equal.difference is not None
    assert "100 who withdrew it since" in equal.sentence
    messaged = [one for one, is_held in zip(ids[100:], held[100:], strict=True) if not is_held]
    brand.consent(messaged[:150], granted=False, on=date(2020, 3, 10))
    unequal = found("retention", "revenue", measure_lift(LATER))
    assert (unequal.verdict, unequal.difference) == ("cannot tell yet", None)
    assert "withdrawn more in one arm than chance allows" in unequal.sentence


def test_the_outcomes_of_a_visitor_are_those_of_the_user_they_become(brand: Brand) -> None:
    ids, held = brand.enter(400, stage="prospect")
    with connect(Role.LOADER, autocommit=True) as loader:
        plant(
            loader,
            [
                Stated(f"i{one}", snapshot_at(ENTERED) + timedelta(days=2), f"user-{one}", one)
                for one, is_held in zip(ids, held, strict=True)
                if not is_held
            ],
        )
    rows = [(f"user-{one}", brand.moment(3, 20), 40, False) for one in ids[:200]]
    brand.copy("marts.orders", rows)
    row = found("prospect", "ordered", measure_lift(LATER))
    ordered = [not is_held for is_held in held[:200]]
    assert row.mean_messaged == pytest.approx(sum(ordered) / (400 - sum(held)))
    assert row.mean_holdout == 0


def test_persons_whose_two_draws_met_are_left_out_of_both_arms_and_tested(brand: Brand) -> None:
    ids, held = brand.enter(2000)
    brand.shop(ids, held, effect=0.0)
    of_arm = {arm: [one for one, is_held in zip(ids, held, strict=True) if is_held is arm] for arm in (True, False)}
    tied(zip(of_arm[False][:3], of_arm[True][:3], strict=True))
    tied(zip(of_arm[False][3:8], of_arm[False][10:15], strict=True))
    row = found("retention", "revenue", measure_lift(LATER))
    assert (row.count_messaged, row.count_holdout) == (len(of_arm[False]) - 3, len(of_arm[True]) - 3)
    assert "left out: 3 in both arms" in row.sentence
    tied(zip(of_arm[False][100:150], of_arm[True][100:150], strict=True))
    row = found("retention", "revenue", measure_lift(LATER))
    assert row.difference is None
    assert (
        "53 of 58 persons known under several ids are in both arms, more than draws that met by chance" in row.sentence
    )


def tied(pairs: Iterable[tuple[str, str]]) -> None:
    events = []
    for one, other in pairs:
        address = f"{one}@example.org"
        events += [Stated(f"m-{who}", datetime(2020, 3, 5, tzinfo=UTC), who, email=address) for who in (one, other)]
    with connect(Role.LOADER, autocommit=True) as loader:
        plant(loader, events)


def test_the_arms_sizes_are_checked_against_the_shares_valid_when_each_was_drawn(brand: Brand) -> None:
    ids, held = brand.enter(4000)
    brand.shop(ids, held, effect=0.0)
    brand.connection.execute(
        "insert into experiments.holdout_draws select customer_id, is_holdout, 0.2, entered_at from audiences.members"
    )
    brand.copy("marts.customers (customer_id)", [(f"never-{number}",) for number in range(20_000)])
    row = found("retention", "revenue", measure_lift(LATER))
    assert row.sample_ratio_p_value is not None
    assert row.sample_ratio_p_value > 0.01
