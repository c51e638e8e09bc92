"""Shapley values add up to the prediction and agree with the SHAP library; reasons phrase them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from perennial.features.contract import FeatureColumn, ValueKind
from tests.training.planted_rows import dataset_of
from training.calibration.calibrated_fit import fit_and_calibrate
from training.data.rows import Rows
from training.estimators.fitting import fit_candidate
from training.explanation.contributions import Contributions, explainer_of, margin_of
from training.explanation.reasons import strongest_reasons
from training.explanation.tree_shap import TreeShap
from training.specs import SPECS

PROBABILITY, VALUE = SPECS["churn_risk"], SPECS["customer_value"]


@pytest.mark.parametrize("name", PROBABILITY.candidates)
def test_effects_add_up_to_the_margin_before_calibration(name: str, make_rows: Callable[..., Rows]) -> None:
    rows = make_rows(80, 20)
    model = fit_and_calibrate(dataset_of(PROBABILITY, rows), name).estimator
    explanation = explainer_of(model)(rows.features)
    assert explanation.effects.sum(axis=1) + explanation.base == pytest.approx(margin_of(model, rows.features))


@pytest.mark.parametrize("name", VALUE.candidates)
def test_effects_on_an_amount_add_up_to_its_logarithm(name: str, make_rows: Callable[..., Rows]) -> None:
    rows = make_rows(80, 6)
    target = np.stack([rows.features["revenue_91d"], rows.features["count_orders_91d"]], axis=1)
    model = fit_candidate(VALUE, name, replace(rows, target=target))
    explanation = explainer_of(model)(rows.features)
    assert explanation.effects.sum(axis=1) + explanation.base == pytest.approx(margin_of(model, rows.features))


def test_tree_effects_are_those_of_the_shap_library(make_rows: Callable[..., Rows]) -> None:
    shap = pytest.importorskip("shap")
    rows = make_rows(80, 20)
    pipeline = fit_candidate(PROBABILITY, "boosted_trees", rows)
    inputs = np.asarray(pipeline.named_steps["columns"].transform(rows.features), dtype=np.float64)
    expected = shap.TreeExplainer(pipeline.named_steps["model"]).shap_values(inputs)
    assert TreeShap(pipeline.named_steps["model"]).effects(inputs) == pytest.approx(expected, abs=1e-12)


def test_the_features_that_decide_are_the_reasons(make_rows: Callable[..., Rows]) -> None:
    rows = make_rows(200, 20)
    model = fit_candidate(PROBABILITY, "blend", rows)
    strongest = strongest_reasons(PROBABILITY, rows.features, explainer_of(model)(rows.features), {}, count=2)
    first = [reasons[0].feature for reasons in strongest]
    assert np.mean([name in ("mood", "days_since_last_order") for name in first]) > 0.95


DESCRIBED = {
    "days_since_last_order": FeatureColumn(
        "days_since_last_order", ValueKind.INTEGER, "Days since the last order. Whole."
    ),
    "is_member": FeatureColumn("is_member", ValueKind.BOOLEAN, "Whether the customer is a member."),
    "department": FeatureColumn("department", ValueKind.TEXT, "Department bought from most."),
}


def test_reasons_are_phrased_from_the_contract_strongest_first() -> None:
    features = pd.DataFrame(
        {"days_since_last_order": [24.0], "is_member": [1.0], "department": ["wine"], "other": [np.nan]}
    )
    explanation = Contributions(tuple(features), np.array([[0.41, -0.5, 0.1, -0.2]]), 0.0)
    (reasons,) = strongest_reasons(PROBABILITY, features, explanation, DESCRIBED)
    assert [reason.text for reason in reasons] == [
        "whether the customer is a member: yes (lowers the risk)",
        "days since the last order: 24 (raises the risk)",
        "other: not known (lowers the risk)",
    ]
    assert [(reason.effect, reason.value) for reason in reasons] == [(-0.5, 1.0), (0.41, 24.0), (-0.2, None)]


def test_numbers_are_written_as_a_person_would() -> None:
    features = pd.DataFrame({"a": [1234.5, 0.123456, 3.14159], "b": ["x", "y", "z"]})
    explanation = Contributions(("a",), np.ones((3, 1)), 0.0)
    texts = [reasons[0].text for reasons in strongest_reasons(PROBABILITY, features, explanation, {}, count=1)]
    assert texts == ["a: 1,234 (raises the risk)", "a: 0.12 (raises the risk)", "a: 3.1 (raises the risk)"]


def test_the_same_amount_is_one_reason() -> None:
    features = pd.DataFrame({"first_order": [358.0], "first_seen": [358.0], "silence": [12.0], "coupons": [0.0]})
    explanation = Contributions(tuple(features), np.array([[-0.4, -0.3, 0.2, -0.1]]), 0.0)
    (reasons,) = strongest_reasons(PROBABILITY, features, explanation, {})
    assert [reason.feature for reason in reasons] == ["first_order", "silence", "coupons"]
