"""Pending customers, without an outcome yet, get predictions from the trial."""

import numpy as np
import pandas as pd
import pytest

from perennial.uplift import UpliftInputError, UpliftReport, segments
from tests.uplift.trials import ask, draw_trial

KNOWN = ["customer", "taste", "habit", "plan", "risk"]


@pytest.fixture(scope="module")
def newcomers() -> pd.DataFrame:
    drawn = draw_trial(1_500, seed=2, mixed=1.0)
    return drawn.assign(customer="new " + drawn["customer"])


@pytest.fixture(scope="module")
def report(newcomers: pd.DataFrame) -> UpliftReport:
    return ask(draw_trial(mixed=1.0), pending=newcomers[KNOWN])


def test_their_predicted_uplift_is_the_truth_up_to_noise(newcomers: pd.DataFrame, report: UpliftReport) -> None:
    found = report.pending.merge(newcomers, left_on="customer_id", right_on="customer", validate="one_to_one")
    assert len(found) == len(newcomers)
    assert np.corrcoef(found["uplift"], found["truth"])[0, 1] > 0.85
    assert np.polyfit(found["uplift"], found["truth"], 1)[0] == pytest.approx(1, abs=0.25)
    assert (found["low"] < found["high"]).all()
    assert found["decile"].value_counts().between(90, 210).all()
    true_lift = found.groupby("segment")["truth"].mean()
    assert true_lift["persuadables"] > 0.3
    assert true_lift["do_not_disturb"] < -0.3


def test_the_trial_is_the_same_without_them_to_the_last_digit(newcomers: pd.DataFrame, report: UpliftReport) -> None:
    without_pending = ask(draw_trial(mixed=1.0))
    assert len(without_pending.pending) == 0
    pd.testing.assert_frame_equal(without_pending.customers, report.customers, check_exact=True)
    strange = newcomers[KNOWN].assign(taste=newcomers["taste"] + 1_000, habit=np.nan, plan="never sold before")
    asked = ask(draw_trial(mixed=1.0), pending=strange)
    pd.testing.assert_frame_equal(without_pending.customers, asked.customers, check_exact=True)
    assert np.isfinite(asked.pending["uplift"]).all()


def test_they_take_no_part_in_the_evaluation_and_follow_the_trial(report: UpliftReport) -> None:
    assert report.rows == len(report.customers) == 4_000
    assert sum(group.customers for group in report.groups) == 4_000
    table = segments(report)
    assert len(table) == 5_500
    assert table["customer_id"].is_unique
    assert table["customer_id"].str.startswith("new ").tolist() == [False] * 4_000 + [True] * 1_500


def test_the_trials_features_have_to_be_known(newcomers: pd.DataFrame) -> None:
    with pytest.raises(UpliftInputError, match="'habit'"):
        ask(draw_trial(mixed=1.0), pending=newcomers[["customer", "taste"]])
    with pytest.raises(UpliftInputError, match="share their 'customer'"):
        ask(draw_trial(mixed=1.0), pending=newcomers[KNOWN].assign(customer="x"))
    with pytest.raises(UpliftInputError, match="'taste' holds numbers"):
        ask(draw_trial(mixed=1.0), pending=newcomers[KNOWN].assign(taste="much"))
