"""The intercept update follows observed outcomes: as far as they are evidence, within bounds, without look-ahead."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from scipy.special import expit

from perennial.database import Role, connect
from perennial.statistics import measure_calibration
from tests.training.planted_rows import FIRST_SUNDAY, true_margin
from training import SPECS, promote, score, train
from training.calibration.calibrated_fit import fit_and_calibrate
from training.calibration.intercept_update import (
    ENOUGH_ROWS,
    MAX_SHIFT,
    fit_intercept_update,
    recent_days,
    shift_log_odds,
)
from training.data.dataset import Dataset, LabelsMissingError
from training.data.labels import Labels
from training.data.periods import plan_periods
from training.data.rows import Rows
from training.estimators.fitting import predict
from training.evaluation.held_out import predict_held_out
from training.specs import PredictionKind

INTENT, CHURN = SPECS["purchase_intent"], SPECS["churn_risk"]
SUNDAYS = [FIRST_SUNDAY + timedelta(weeks=week) for week in range(30)]


def as_predicted(rows: Rows) -> Any:
    return expit(true_margin(rows.features)).to_numpy()


@pytest.mark.parametrize("planted", [-0.3, 0.0, 0.3])
def test_a_planted_shift_is_estimated_and_corrects_the_mean(make_rows: Callable[..., Rows], planted: float) -> None:
    rows = make_rows(customers=8_000, weeks=1, shift=planted)
    predicted = as_predicted(rows)
    shift = fit_intercept_update(predicted, rows)
    assert shift == pytest.approx(planted, abs=0.06)
    assert shift_log_odds(predicted, shift).mean() == pytest.approx(rows.actual.mean(), abs=0.002)


def test_few_customers_shift_little_and_their_weeks_count_once(make_rows: Callable[..., Rows]) -> None:
    rows = make_rows(customers=20, weeks=50, shift=0.4)
    others = replace(rows, customers=np.array([f"c{number}" for number in range(len(rows))], dtype=object))
    assert 0 < fit_intercept_update(as_predicted(rows), rows) < 0.2
    assert fit_intercept_update(as_predicted(others), others) == pytest.approx(0.4, abs=0.15)
    assert fit_intercept_update(np.array([]), rows.during([])) == 0.0


@pytest.mark.parametrize("planted", [-3.0, 3.0])
def test_a_shift_beyond_the_bound_is_cut(make_rows: Callable[..., Rows], planted: float) -> None:
    rows = make_rows(customers=500, weeks=4, shift=planted)
    assert fit_intercept_update(as_predicted(rows), rows) == np.sign(planted) * MAX_SHIFT


def test_only_untreated_customers_are_evidence(make_rows: Callable[..., Rows]) -> None:
    rows = make_rows(customers=4_000, weeks=1)
    messaged = np.random.default_rng(3).random(len(rows)) < 0.5
    everyone_orders = replace(rows, target=np.where(messaged, 1.0, rows.target), messaged=messaged)
    assert fit_intercept_update(as_predicted(rows), everyone_orders) == pytest.approx(0.0, abs=0.1)


def test_probabilities_of_zero_and_one_stay_and_so_do_ranks() -> None:
    shifted = shift_log_odds(np.array([0.0, 0.2, 0.5, 1.0]), 0.5)
    assert (shifted[0], shifted[-1]) == (0.0, 1.0)
    assert list(np.argsort(shifted)) == [0, 1, 2, 3]


def test_the_newest_closed_days_are_taken_and_no_more_than_needed() -> None:
    few, many = dict.fromkeys(SUNDAYS, 10), dict.fromkeys(SUNDAYS, ENOUGH_ROWS)
    on = SUNDAYS[20]
    assert recent_days(few, on, 28) == tuple(SUNDAYS[13:17])
    assert recent_days(many, on, 28) == (SUNDAYS[16],)
    assert recent_days(few, on + timedelta(days=3), 28) == tuple(SUNDAYS[13:17])
    assert recent_days(few, FIRST_SUNDAY, 28) == ()
    assert recent_days({FIRST_SUNDAY: 10}, on, 28) == ()


def test_held_out_days_follow_a_turn_without_look_ahead(make_rows: Callable[..., Rows]) -> None:
    before, after = make_rows(customers=400), make_rows(customers=400, shift=-0.4)
    periods = plan_periods(SUNDAYS, 28)
    assert periods is not None
    turned = np.isin(before.days, np.array(periods.calibration[-1:] + periods.embargo + periods.test, dtype=object))
    rows = replace(before, target=np.where(turned, after.target, before.target))
    dataset = Dataset(Labels(CHURN, periods.test[-1]), rows, periods, "digest")
    fitted, test = fit_and_calibrate(dataset, CHURN.baseline).estimator, rows.during(periods.test)
    predictions = predict_held_out(dataset, fitted, periods.test)

    def error(predicted: Any) -> float:
        return abs(
            measure_calibration(PredictionKind.PROBABILITY, test.actual, predicted, test.customers).difference.estimate
        )

    assert error(predictions) < 0.5 * error(predict(PredictionKind.PROBABILITY, fitted, test))

    middle = periods.test[len(periods.test) // 2]
    unseen = rows.days > middle - timedelta(days=CHURN.horizon_days)
    flipped = replace(rows, target=np.where(unseen, 1 - rows.target, rows.target))
    again = predict_held_out(replace(dataset, rows=flipped), fitted, periods.test)
    assert (again == predictions)[test.days <= middle].all()
    assert (again != predictions)[test.days > middle + timedelta(days=7)].any()


@pytest.mark.integration
def test_scores_carry_the_intercept_update_of_their_day(brand: Callable[..., Any]) -> None:
    turn = SUNDAYS[18]
    planted = brand("purchase_intent", weeks=26, customers=400, shift=0.4, shift_on=turn)
    train(INTENT, turn)
    promote(INTENT.name, "1")
    updates = {}
    for day in (turn, planted.as_of):
        report = score(INTENT, day)
        with connect(Role.READER) as connection:
            found = connection.execute(
                "select distinct intercept_update, level from predictions.scores where as_of = %s", [day]
            ).fetchall()
        assert len(found) == 1
        updates[day], deprecated_name = found[0]
        assert deprecated_name == updates[day]
        assert f"intercept update {updates[day]:+.2f}" in report.message
        assert score(INTENT, day).count_changed == 0
    assert abs(updates[turn]) < 0.2
    assert updates[planted.as_of] == pytest.approx(0.4, abs=0.15)


@pytest.mark.integration
def test_a_day_is_scored_without_look_ahead(brand: Callable[..., Any]) -> None:
    planted = brand("purchase_intent", weeks=20)
    train(INTENT, planted.as_of)
    day = date(2017, 4, 16)
    score(INTENT, day)
    with connect(Role.READER) as connection:
        before = connection.execute("select * from predictions.scores order by customer_id").fetchall()
    with connect(Role.TRANSFORMER) as connection:
        changed = connection.execute(
            "update marts.label_purchase_intent set label = not label where snapshot_on > %s - 7", [day]
        )
        assert changed.rowcount > 0
    score(INTENT, day)
    with connect(Role.READER) as connection:
        assert connection.execute("select * from predictions.scores order by customer_id").fetchall() == before


@pytest.mark.integration
def test_without_labels_nothing_is_scored_and_the_fix_is_named(brand: Callable[..., Any]) -> None:
    planted = brand("purchase_intent", weeks=20)
    train(INTENT, planted.as_of)
    with connect(Role.TRANSFORMER) as connection:
        connection.execute("drop table marts.label_purchase_intent")
    with pytest.raises(LabelsMissingError, match="perennial run"):
        score(INTENT, planted.as_of)
