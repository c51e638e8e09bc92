"""Amounts are corrected within each stage, and withheld where they are off or cannot be evaluated."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyRegressor
from typer.testing import CliRunner

from perennial.audiences.profiles import _scores
from perennial.console.cli.main import app
from perennial.database import Role, connect
from perennial.stages import PredictionKind
from perennial.statistics import Floats, Interval, measure_calibration
from tests.training.planted_brand import query
from training import SPECS, score, train
from training.estimators.value_model import PRIOR_ORDERS, ValueModel
from training.evaluation.value_status import ValueStatus, value_status
from training.scoring import Scorer

VALUE = SPECS["customer_value"]
SEED = 3


def status_of(estimate: float, low: float, high: float) -> ValueStatus:
    amounts, names = np.array([1.0, 2.0]), np.array(["a", "b"], dtype=object)
    measured = measure_calibration(PredictionKind.VALUE, amounts, amounts, names)
    return value_status(replace(measured, difference=Interval(estimate, low, high)))


@pytest.mark.parametrize(
    ("difference", "status"),
    [
        ((0.0, -0.1, 0.1), ValueStatus.SUPPORTED),
        ((0.1, -0.25, 0.25), ValueStatus.SUPPORTED),
        ((0.1, -0.26, 0.2), ValueStatus.UNPROVEN),
        ((-0.2, -0.35, 0.1), ValueStatus.UNPROVEN),
        ((0.21, 0.19, 0.23), ValueStatus.WITHHELD),
        ((-0.21, -0.23, -0.19), ValueStatus.WITHHELD),
        ((0.0, -0.3, 0.36), ValueStatus.WITHHELD),
        ((4.0, 3.0, 5.0), ValueStatus.WITHHELD),
    ],
)
def test_a_stage_is_evaluated_by_its_distance_and_how_well_that_is_known(
    difference: tuple[float, float, float], status: ValueStatus
) -> None:
    assert status_of(*difference) is status


def test_a_stage_in_which_nothing_was_realised_is_withheld() -> None:
    names = np.array([f"c{number}" for number in range(300)], dtype=object)
    found = measure_calibration(PredictionKind.VALUE, np.zeros(300), np.full(300, 0.1), names)
    assert value_status(found) is ValueStatus.WITHHELD


def planted(customers: int, weeks: int = 1) -> tuple[pd.DataFrame, Floats, Any]:
    """Half active with one order of 20 each, half lapsed of whom one in ten orders, each on `weeks` rows."""
    generator = np.random.default_rng(SEED)
    names = np.repeat([f"c{number:05d}" for number in range(customers)], weeks).astype(object)
    is_lapsed = np.repeat(np.arange(customers) % 2 == 1, weeks)
    orders = np.where(is_lapsed, np.repeat(generator.random(customers) < 0.1, weeks), 1.0).astype(float)
    features = pd.DataFrame({"stage": np.where(is_lapsed, "winback", "engagement").astype(object)})
    return features, np.stack([20 * orders, orders], axis=1), names


def fitted_alike(features: pd.DataFrame, target: Floats) -> ValueModel:
    """Everyone is predicted the same, as where a fit cannot see that the lapsed are lapsed."""
    return ValueModel(DummyRegressor(strategy="mean")).fit(features, target)


def test_every_stage_comes_near_what_it_spent_and_the_total_equals() -> None:
    features, target, names = planted(4000)
    model = fitted_alike(features, target).scale_to(features, target, np.ones(len(target)), names)
    predicted = model.predict(features)
    assert predicted.sum(axis=0) == pytest.approx(target.sum(axis=0))
    for stage in ("engagement", "winback"):
        rows = (features["stage"] == stage).to_numpy()
        assert predicted[rows].mean(axis=0) == pytest.approx(target[rows].mean(axis=0), rel=0.05)


def test_few_orders_hardly_move_a_stage_however_often_the_same_customers_are_seen() -> None:
    features, target, names = planted(8)
    once = fitted_alike(features, target).scale_to(features, target, np.ones(len(target)), names)
    features, target, names = planted(8, weeks=50)
    often = fitted_alike(features, target).scale_to(features, target, np.ones(len(target)), names)
    assert once.stage_factors is not None
    assert often.stage_factors is not None
    for stage, factors in once.stage_factors.items():
        assert often.stage_factors[stage] == pytest.approx(factors)
    expected = 4 * target[:, 1].mean()
    assert once.stage_factors["winback"][1] == pytest.approx(PRIOR_ORDERS / (expected + PRIOR_ORDERS))


def test_a_stage_not_met_before_and_a_model_file_without_factors_are_served_as_fitted() -> None:
    features, target, names = planted(400)
    model = fitted_alike(features, target).scale_to(features, target, np.ones(len(target)), names)
    unknown = features.assign(stage="onboarding").iloc[:1]
    as_fitted = model.estimator.predict(unknown)
    assert model.predict(unknown) == pytest.approx(as_fitted * [model.revenue_factor, model.orders_factor])
    del model.stage_factors
    assert model.predict(features.iloc[:1]) == pytest.approx(as_fitted * [model.revenue_factor, model.orders_factor])


@pytest.mark.integration
def test_a_withheld_amount_is_nowhere_shown_and_still_orders(
    brand: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = brand("customer_value", weeks=40, customers=300)
    made.add_event()
    assert train(VALUE, made.as_of).champion == "1"
    score(VALUE, made.as_of)
    before = query("select customer_id, percentile, band from predictions.scores order by 1")
    assert query("select distinct status, value is null from predictions.scores") in (
        [("supported", False)],
        [("unproven", False)],
    )
    page = CliRunner().invoke(app, ["models", "report", "customer_value"], env={"COLUMNS": "200"}).stdout
    assert "Predicted beside realised, and what is published" in page

    monkeypatch.setattr(Scorer, "_read_statuses", lambda _: {})
    assert score(VALUE, made.as_of).count_changed == len(before)
    assert query("select distinct status, value, expected_orders from predictions.scores") == [("withheld", None, None)]
    assert query("select customer_id, percentile, band from predictions.scores order by 1") == before
    with connect(Role.READER) as connection:
        shown = _scores(connection, "c0001")["customer_value"]
    assert (shown.value, shown.expected_orders, shown.status) == (None, None, "withheld")
