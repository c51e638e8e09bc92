from pathlib import Path

import pytest

from perennial.lifecycle import LifecycleError, read_lifecycle


def test_the_defaults_hold_where_the_person_sets_nothing(tmp_path: Path) -> None:
    assert read_lifecycle(tmp_path / "absent.yml").training.min_positives == 50


def test_a_persons_value_replaces_one_default_and_no_other(tmp_path: Path) -> None:
    file = tmp_path / "lifecycle.yml"
    file.write_text("stages: {winback_after_days: 120}\nhorizons_days: {churn_risk: 90}\n")
    lifecycle = read_lifecycle(file)
    assert lifecycle.stages.winback_after_days == 120
    assert lifecycle.stages.onboarding_orders == 3
    assert lifecycle.horizons_days == {"churn_risk": 90}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("holdout_share: 1.5", "holdout_share"),
        ("stages: {winback_days: 3}", "stages.winback_days"),
        ("horizons_days: {loyalty: 3}", "horizons_days.loyalty"),
        ("[1, 2]", "not a YAML mapping"),
        ("stages: {", "not a YAML mapping"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "lifecycle.yml"
    file.write_text(text)
    with pytest.raises(LifecycleError, match=named):
        read_lifecycle(file)


def test_dbt_is_given_only_the_thresholds_that_are_set(tmp_path: Path) -> None:
    variables = read_lifecycle(tmp_path / "absent.yml").dbt_vars()
    assert "winback_after_days" not in variables
    assert variables["horizons_days"] == {}
