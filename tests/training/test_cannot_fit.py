"""A brand on whose rows a model cannot be fitted gets none, with the reason; nothing else stops."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from perennial.audiences import explain, publish
from perennial.console.cli.main import app
from perennial.database import Role, connect
from tests.training.planted_rows import dataset_of
from training import SPECS, score, train
from training.data.rows import Rows
from training.estimators.fitting import CannotFitError, fit_candidate, fit_candidates
from training.selection import choose

INTENT = SPECS["purchase_intent"]
VALUE = SPECS["customer_value"]

WHAT_EXPLAIN_READS = """
    alter table marts.customers add column last_seen_on date, add column traits jsonb;
    insert into marts.customers select distinct customer_id, min(snapshot_at), null::timestamptz, min(snapshot_on)
    from marts.customer_stages group by customer_id;
    alter table marts.customer_stages
        add column entered_on date default '2026-01-01', add column count_orders bigint default 5,
        add column days_since_last_order bigint, add column usual_gap_days double precision,
        add column days_silent bigint, add column slipping_after_days double precision,
        add column steadiness double precision;
"""


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
    assert "none of them consents to training" in report.message
    assert score(SPECS[model], made.as_of).count_scored == 0
    with connect(Role.READER) as connection:
        recorded = connection.execute(
            "select outcome from predictions.evaluations where model = %s", [model]
        ).fetchall()
    assert recorded == [("no_model",)]


def pass_gate(as_of: date) -> None:
    with connect(Role.PUBLISHER) as connection:
        connection.execute(
            "insert into gate.runs (suite, as_of, is_success, count_critical, count_warnings, statistics, failures) "
            "values ('marts', %s, true, 0, 0, '{}', '[]')",
            [as_of],
        )


@pytest.mark.integration
def test_a_model_that_cannot_be_fitted_is_named_with_its_reason(brand: Callable[..., Any]) -> None:
    made = brand("purchase_intent", weeks=30, customers=60)
    with connect(Role.TRANSFORMER) as connection:
        connection.execute(WHAT_EXPLAIN_READS)
        connection.execute("update marts.label_purchase_intent set label = true")
    (customer, *_) = made.customers
    why = f"purchase_intent has not been trained up to {made.as_of}."
    assert why in score_words(customer)
    assert train(SPECS["purchase_intent"], made.as_of).outcome == "no_model"
    why = f"purchase_intent could not be trained as of {made.as_of}: All outcomes are alike: "
    assert why in score_words(customer)

    pass_gate(made.as_of)
    assert publish("engagement", made.as_of).why_no_model
    assert f"engagement: {why}" in " ".join(CliRunner().invoke(app, ["audiences", "list"]).stdout.split())
    (listed,) = json.loads(CliRunner().invoke(app, ["audiences", "list", "--json"]).stdout)
    assert why in listed["why_no_model"]


def score_words(customer: str) -> str:
    return next(condition.words for condition in explain(customer).conditions if condition.name == "score")
