"""A brand on whose rows a model cannot be fitted gets none, with the reason; nothing else stops."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from perennial.database import Role, connect
from tests.training.planted_rows import dataset_of
from training import SPECS, score, train
from training.data.rows import Rows
from training.estimators.fitting import CannotFitError, fit_candidate, fit_candidates
from training.selection import choose

INTENT = SPECS["purchase_intent"]
VALUE = SPECS["customer_value"]


def alike_before(rows: Rows, day: date) -> Rows:
    """Everyone says yes before the day, as where all order at an even pace."""
    return replace(rows, target=np.where(rows.days < day, 1.0, rows.target))


@pytest.mark.parametrize("name", INTENT.candidates)
def test_no_candidate_is_fitted_on_outcomes_that_are_all_alike(name: str, make_rows: Callable[..., Rows]) -> None:
    rows = make_rows(customers=20, weeks=4)
    with pytest.raises(CannotFitError, match=f"{name}: all outcomes are alike"):
        fit_candidate(INTENT, name, replace(rows, target=np.ones(len(rows))))


def test_a_fold_with_outcomes_all_alike_is_left_out_of_the_selection(make_rows: Callable[..., Rows]) -> None:
    rows = make_rows(customers=60, weeks=30)
    dataset = dataset_of(INTENT, rows)
    fit = dataset.periods.fit
    folds_later = alike_before(rows, fit[round(len(fit) * 0.65)])
    choice = choose(replace(dataset, rows=folds_later))
    assert set(choice.validation_losses) == set(INTENT.candidates)
    assert all(np.isfinite(list(choice.validation_losses.values())))


def test_outcomes_alike_in_every_fold_leave_the_baseline(make_rows: Callable[..., Rows]) -> None:
    rows = make_rows(customers=60, weeks=30)
    dataset = dataset_of(INTENT, rows)
    alike = alike_before(rows, dataset.periods.fit[-1])
    assert choose(replace(dataset, rows=alike)).candidate == INTENT.baseline


def test_nobody_who_ordered_twice_leaves_the_candidates_with_labels(make_rows: Callable[..., Rows]) -> None:
    rows = make_rows(customers=60, weeks=8)
    once = replace(
        rows, features=rows.features.assign(count_orders=1.0), target=np.stack([20 * rows.target, rows.target], axis=1)
    )
    assert set(fit_candidates(VALUE, once)) == set(VALUE.candidates) - {"buy_till_you_die"}


@pytest.mark.integration
@pytest.mark.parametrize("model", [INTENT.name, VALUE.name])
def test_without_consent_to_training_there_is_no_model_and_the_reason_says_so(
    brand: Callable[..., Any], model: str
) -> None:
    made = brand(model, weeks=12, customers=40)
    for customer in made.customers:
        made.withdraw(customer, "training")
    report = train(SPECS[model], made.as_of)
    assert (report.outcome, report.version, report.champion) == ("no_model", None, None)
    if model == VALUE.name:
        assert "consents to training" in report.message
    assert score(SPECS[model], made.as_of).count_scored == 0
    with connect(Role.READER) as connection:
        recorded = connection.execute(
            "select outcome from predictions.evaluations where model = %s", [model]
        ).fetchall()
    assert recorded == [("no_model",)]
