"""Predictions against realised outcomes, out of the real warehouse: measured as far as they are known, written once."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from psycopg.errors import RaiseException

from perennial.database import Role, connect
from perennial.monitoring import measure_calibration_gap, read_calibration_gap
from perennial.monitoring.measurement import MartsMissingError
from tests.monitoring.conftest import SUNDAY, Brand

pytestmark = pytest.mark.integration

CLOSED = SUNDAY + timedelta(weeks=2, days=28)
DURING = datetime(2017, 9, 10, 12, tzinfo=UTC)
EVERYTHING = "select * from experiments.calibration order by stage, scored_from, scored_to, population"


def sentences(as_of: date, model: str = "churn_risk") -> list[str]:
    return next(one.sentences for one in measure_calibration_gap(as_of).models if one.model == model)


def test_a_headline_and_each_day_are_measured_once_all_horizons_closed(calibrated: Brand) -> None:
    (sentence,) = sentences(CLOSED)
    assert sentence.startswith("retention: calibration gap ")
    assert "nobody was messaged, 400 effective customers" in sentence
    found = read_calibration_gap("churn_risk", CLOSED)
    (headline,) = found.headlines
    assert (headline.scored_from, headline.scored_to) == (SUNDAY, SUNDAY + timedelta(weeks=2))
    assert (headline.count_rows, headline.count_customers) == (1200, 400)
    assert headline.gap_low == 0.0
    assert headline.difference_low < 0 < headline.difference_high
    assert [record.scored_from for record in found.over_time] == [SUNDAY + timedelta(weeks=week) for week in range(3)]
    assert calibrated.rows("select distinct model_versions from experiments.calibration") == [(["1"],)]


def test_before_the_horizon_closes_it_says_how_many_days_are_missing(calibrated: Brand) -> None:
    assert sentences(SUNDAY + timedelta(days=20)) == ["cannot tell yet: 8 days until the horizon closes"]
    assert read_calibration_gap("churn_risk", SUNDAY + timedelta(days=27)).message.startswith(
        "cannot tell yet: 1 day until"
    )
    assert sentences(SUNDAY, "reactivation") == ["cannot tell yet: nobody has been scored"]
    assert calibrated.rows(EVERYTHING) == []


@pytest.mark.usefixtures("calibrated")
def test_a_past_day_knows_only_the_horizons_that_had_closed() -> None:
    measure_calibration_gap(CLOSED)
    earlier = read_calibration_gap("churn_risk", SUNDAY + timedelta(days=28))
    assert [record.scored_to for record in earlier.headlines] == [SUNDAY]
    measure_calibration_gap(SUNDAY + timedelta(days=28))
    assert read_calibration_gap("churn_risk", CLOSED).headlines[0].count_rows == 1200


def test_measuring_again_changes_no_row(calibrated: Brand) -> None:
    measure_calibration_gap(CLOSED)
    before = calibrated.rows(EVERYTHING)
    assert sum(one.count_changed for one in measure_calibration_gap(CLOSED).models) == 0
    assert calibrated.rows(EVERYTHING) == before


def test_a_measurement_that_fails_half_way_leaves_the_rows_of_before(calibrated: Brand) -> None:
    """A trigger stands for the kill: the fourth row that is written ends the transaction."""
    measure_calibration_gap(SUNDAY + timedelta(days=28))
    before = calibrated.rows(EVERYTHING)
    with connect(Role.PUBLISHER) as connection:
        connection.execute(
            "create function experiments.stop() returns trigger language plpgsql as $$ begin "
            "if (select count(*) from experiments.calibration) > 4 then raise 'killed'; end if; return new; end $$"
        )
        connection.execute(
            "create trigger stop before insert on experiments.calibration for each row execute function "
            "experiments.stop()"
        )
    try:
        with pytest.raises(RaiseException, match="killed"):
            measure_calibration_gap(CLOSED)
        assert calibrated.rows(EVERYTHING) == before
    finally:
        with connect(Role.PUBLISHER) as connection:
            connection.execute("drop trigger stop on experiments.calibration")
            connection.execute("drop function experiments.stop")
    measure_calibration_gap(CLOSED)
    assert len(calibrated.rows(EVERYTHING)) == 8


@pytest.mark.usefixtures("calibrated")
def test_who_withdrew_profiling_is_not_measured() -> None:
    with connect(Role.LOADER) as connection:
        connection.execute(
            "insert into consent.ledger (customer_id, purpose, is_granted, valid_from, source) "
            "select 'c' || n, 'profiling', false, '2017-11-01', 'test' from generate_series(0, 99) as n"
        )
    measure_calibration_gap(CLOSED)
    assert read_calibration_gap("churn_risk", CLOSED).headlines[0].count_customers == 300


def test_scores_made_with_look_ahead_are_no_predictions(brand: Brand) -> None:
    brand.train("churn_risk", as_of=SUNDAY + timedelta(days=1))
    brand.consent(100)
    brand.score("churn_risk", SUNDAY, [0.5] * 100)
    brand.happen("churn_risk", SUNDAY, [True, False] * 50)
    (sentence,) = sentences(CLOSED)
    assert "before the model was trained" in sentence


def test_a_day_whose_outcomes_are_not_kept_is_named(brand: Brand) -> None:
    brand.train("churn_risk")
    brand.score("churn_risk", SUNDAY + timedelta(days=1), [0.5] * 100)
    (sentence,) = sentences(CLOSED)
    assert sentence.startswith("cannot tell: scored on no Sunday")


def test_too_few_customers_are_reported_and_not_written(brand: Brand) -> None:
    brand.train("churn_risk")
    brand.consent(20)
    brand.score("churn_risk", SUNDAY, [0.5] * 20)
    brand.happen("churn_risk", SUNDAY, [True, False] * 10)
    (sentence,) = sentences(CLOSED)
    assert sentence == "retention: cannot tell yet: 20 customers whose horizon has closed are too few"
    assert brand.rows(EVERYTHING) == []


def test_only_messages_within_the_horizon_count_and_the_bias_is_shown(brand: Brand) -> None:
    generator = np.random.default_rng(3)
    truth = generator.beta(2, 2, 1_500)
    messaged = [number for number in range(1_500) if number % 3]
    saved = np.isin(np.arange(1_500), messaged) & (generator.random(1_500) < 0.4)
    brand.train("churn_risk")
    brand.consent(1_500)
    brand.score("churn_risk", SUNDAY, truth.tolist())
    brand.happen("churn_risk", SUNDAY, ((generator.random(1_500) < truth) & ~saved).tolist())
    brand.message(messaged, DURING)
    brand.message(range(1_500), datetime(2017, 9, 3, 23, tzinfo=UTC))
    brand.message(range(1_500), datetime(2017, 10, 2, tzinfo=UTC))
    brand.message(range(1_500), DURING, action="bounced")
    brand.hold_out(range(0, 90, 3))
    (sentence,) = sentences(CLOSED)
    assert "customers not messaged, inverse-propensity weighted" in sentence
    assert "counting the messaged would add +" in sentence
    found = read_calibration_gap("churn_risk", CLOSED)
    assert found.headlines[0].count_rows == 500
    assert found.headlines[0].share_messaged == pytest.approx(2 / 3)
    assert found.headlines[0].difference_low < 0 < found.headlines[0].difference_high
    assert found.ignoring_messages[0].difference_low > 5


def test_expected_spend_is_measured_in_percent_of_what_was_spent(brand: Brand) -> None:
    generator = np.random.default_rng(5)
    truth = generator.gamma(2, 50, 2_000)
    brand.train("customer_value")
    brand.consent(2_000)
    brand.score("customer_value", SUNDAY, (1.3 * truth).tolist(), stage="engagement")
    brand.happen("customer_value", SUNDAY, (truth * generator.gamma(2, 0.5, 2_000)).tolist(), stage="engagement")
    measure_calibration_gap(CLOSED + timedelta(days=28))
    (headline,) = read_calibration_gap("customer_value", CLOSED + timedelta(days=28)).headlines
    assert headline.kind == "value"
    assert headline.gap_low < 30 < headline.gap_high
    assert headline.gap_low > 15
    assert headline.slope is not None


@pytest.mark.usefixtures("warehouse")
def test_without_marts_the_error_names_the_command() -> None:
    with pytest.raises(MartsMissingError, match="perennial run"):
        measure_calibration_gap(SUNDAY)
