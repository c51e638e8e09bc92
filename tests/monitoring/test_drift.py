"""Drift, out of the real warehouse: found where something moved, none where nothing did, written once."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from perennial.monitoring import measure_drift
from perennial.settings import load_settings
from tests.monitoring.conftest import SUNDAY, TRAINED, Brand
from tests.small_project import write_small_project

pytestmark = pytest.mark.integration

EVERYTHING = "select * from experiments.drift order by model, what, feature"
FEATURES = ("days_since_last_order", "count_orders", "department_entropy_91d", "season_sin")


@pytest.fixture(autouse=True)
def contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A contract that marks four of the columns as features."""
    write_small_project(tmp_path, dict.fromkeys(FEATURES, "bigint"))
    monkeypatch.setenv("PERENNIAL_PROJECT", str(tmp_path))
    load_settings.cache_clear()
    yield
    load_settings.cache_clear()


def test_nothing_has_drifted_while_nothing_changes(brand: Brand) -> None:
    brand.train("churn_risk")
    brand.snapshot(TRAINED, 1)
    brand.snapshot(SUNDAY, 2)
    report = measure_drift(SUNDAY)
    assert {drift.feature for drift in report.drifts} == set(FEATURES) - {"season_sin"}
    assert report.drifted == []
    assert "nothing has drifted" in str(report)


def test_a_planted_shift_is_named_by_its_feature_and_written_once(brand: Brand) -> None:
    brand.train("churn_risk")
    brand.snapshot(TRAINED, 1)
    brand.snapshot(SUNDAY, 2, silence=40.0)
    report = measure_drift(SUNDAY)
    assert [drift.feature for drift in report.drifted] == ["days_since_last_order"]
    assert str(report).startswith("churn_risk: days_since_last_order moved by ")
    before = brand.rows(EVERYTHING)
    measure_drift(SUNDAY)
    assert brand.rows(EVERYTHING) == before
    assert len(before) == 3


def test_predictions_of_one_version_are_compared_and_those_of_two_are_not(brand: Brand) -> None:
    generator = np.random.default_rng(1)
    later = SUNDAY + timedelta(weeks=1)
    brand.train("churn_risk")
    brand.score("churn_risk", SUNDAY, generator.beta(2, 5, 500).tolist())
    brand.score("churn_risk", later, generator.beta(5, 2, 500).tolist())
    assert [(drift.what, drift.feature) for drift in measure_drift(later).drifted] == [("prediction", "prediction")]
    brand.score("churn_risk", later + timedelta(weeks=1), generator.beta(2, 5, 500).tolist(), version="2")
    assert measure_drift(later + timedelta(weeks=1)).drifts == []


def test_a_training_on_the_new_data_ends_its_drift(brand: Brand) -> None:
    brand.train("churn_risk")
    brand.snapshot(TRAINED, 1)
    brand.snapshot(SUNDAY, 2, silence=40.0)
    assert measure_drift(SUNDAY).drifted
    brand.train("churn_risk", as_of=SUNDAY, version="2")
    assert measure_drift(SUNDAY).drifts == []
    assert brand.rows(EVERYTHING) == []
