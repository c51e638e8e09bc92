"""Every candidate, on rows with missing, constant and unseen values."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import skops.io

from tests.training.planted_rows import dataset_of
from training.calibration.calibrated_fit import fit_and_calibrate
from training.calibration.calibrators import calibrate
from training.data.rows import Rows
from training.estimators.candidates import CANDIDATES
from training.estimators.fitting import fit_candidate, predict
from training.evaluation.metrics import Outcomes, evaluate
from training.registry.model_files import TRUSTED_TYPES
from training.selection import choose
from training.specs import SPECS, PredictionKind, Spec

PROBABILITY, CHURN, VALUE = (SPECS[name] for name in ("purchase_intent", "churn_risk", "customer_value"))
EVERY = [(spec, name) for spec in (PROBABILITY, VALUE) for name in spec.candidates]


def as_amounts(rows: Rows) -> Rows:
    """The same rows with revenue and orders as target."""
    orders = np.random.default_rng(3).poisson(np.exp(rows.features["mood"].fillna(0.0) / 2))
    target = np.stack([orders * 25.0, orders], axis=1)
    return replace(rows, target=target)


def rows_for(spec: Spec, rows: Rows) -> Rows:
    return rows if spec.kind is PredictionKind.PROBABILITY else as_amounts(rows)


@pytest.mark.parametrize(("spec", "name"), EVERY)
def test_the_same_rows_give_the_same_bytes(spec: Spec, name: str, make_rows: Callable[..., Rows]) -> None:
    rows = rows_for(spec, make_rows(60, 8))
    first, second = (predict(spec.kind, fit_candidate(spec, name, rows), rows) for _ in range(2))
    assert first.tobytes() == second.tobytes()


@pytest.mark.parametrize(("spec", "name"), EVERY)
def test_unseen_categories_and_unknown_values_are_predicted(
    spec: Spec, name: str, make_rows: Callable[..., Rows]
) -> None:
    estimator = fit_candidate(spec, name, rows_for(spec, make_rows(60, 8)))
    strange = rows_for(spec, make_rows(5, 2, seed=2))
    strange.features["department"] = "tractors"
    strange.features["mood"] = np.nan
    strange.features["revenue"] = 0.0
    assert np.isfinite(predict(spec.kind, estimator, strange)).all()


@pytest.mark.parametrize(("spec", "name"), EVERY)
def test_a_model_file_contains_trusted_types_only_and_predicts_the_same(
    spec: Spec, name: str, make_rows: Callable[..., Rows]
) -> None:
    rows = rows_for(spec, make_rows(100, 20))
    estimator = fit_and_calibrate(dataset_of(spec, rows), name).estimator
    kept = skops.io.loads(skops.io.dumps(estimator), trusted=list(TRUSTED_TYPES))
    assert predict(spec.kind, kept, rows).tobytes() == predict(spec.kind, estimator, rows).tobytes()


def test_the_candidate_selected_out_of_time_is_calibrated_and_beats_the_baseline(
    make_rows: Callable[..., Rows],
) -> None:
    dataset = dataset_of(PROBABILITY, make_rows(300, 30))
    choice = choose(dataset)
    assert choice.candidate != PROBABILITY.baseline
    test = dataset.rows.during(dataset.periods.test)
    predicted, baseline = (
        predict(PredictionKind.PROBABILITY, fit_and_calibrate(dataset, name).estimator, test)
        for name in (choice.candidate, PROBABILITY.baseline)
    )
    outcomes = Outcomes(PredictionKind.PROBABILITY, test.actual, test.customers, test.stages, np.ones(len(test)))
    evaluation = evaluate(outcomes, predicted, baseline)
    assert evaluation.improvement.low > 0
    assert evaluation.model.calibration.error.low < 0.02


def test_calibration_corrects_a_base_rate_that_drifted_after_the_fit(make_rows: Callable[..., Rows]) -> None:
    early, late = make_rows(200, 20), make_rows(200, 20, seed=5, shift=-1.0)
    estimator = fit_candidate(PROBABILITY, "logistic", early)
    halves = sorted(set(late.days))
    calibrated, method = calibrate(estimator, late.during(halves[:10]))
    unseen = late.during(halves[10:])
    before, after = (
        abs(predict(PredictionKind.PROBABILITY, model, unseen).mean() - unseen.target.mean())
        for model in (estimator, calibrated)
    )
    assert method == "sigmoid"
    assert before > 0.1
    assert after < 0.03


def test_isotonic_is_selected_only_with_enough_rows_and_a_step_in_the_truth(make_rows: Callable[..., Rows]) -> None:
    rows = make_rows(500, 24)
    days = sorted(set(rows.days))
    estimator = fit_candidate(PROBABILITY, "logistic", rows.during(days[:4]))
    step = np.where(estimator.decision_function(rows.features) > 0.5, 0.8, 0.2)  # which no sigmoid can follow
    target = (np.random.default_rng(1).random(len(rows)) < step).astype(float)
    rows = replace(rows, target=target)
    assert calibrate(estimator, rows.during(days[4:]))[1] == "isotonic"
    assert calibrate(estimator, rows.during(days[4:6]))[1] == "sigmoid"


def test_a_fit_period_too_short_for_folds_takes_the_baseline_or_what_needs_no_labels(
    make_rows: Callable[..., Rows],
) -> None:
    rows = make_rows(50, 9)
    assert choose(dataset_of(CHURN, rows, CHURN.horizon_days)).candidate == "logistic_rfm"
    assert choose(dataset_of(VALUE, as_amounts(rows), CHURN.horizon_days)).candidate == "buy_till_you_die"


def test_scaled_totals_equal_those_of_the_rows_they_were_scaled_to(make_rows: Callable[..., Rows]) -> None:
    rows = as_amounts(make_rows(100, 10))
    model = fit_candidate(VALUE, "poisson_rfm", rows)
    doubled = rows.target * 2
    model.scale_to(rows.features, doubled, np.ones(len(rows)), rows.customers)
    assert model.predict(rows.features).sum(axis=0) == pytest.approx(doubled.sum(axis=0))


def test_every_spec_names_known_candidates_with_the_rfm_baseline_first() -> None:
    for spec in SPECS.values():
        assert set(spec.candidates) <= set(CANDIDATES)
        assert spec.baseline.endswith("_rfm")
        assert spec.feature_service == f"{spec.name}_v1"
        assert spec.horizon_days > 0
