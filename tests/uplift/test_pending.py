"""What a trial has taught is told of customers whose outcome is not known yet."""

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
    return ask(draw_trial(mixed=1.0), waiting=newcomers[KNOWN])


def test_those_who_wait_are_foretold_the_truth_up_to_noise(newcomers: pd.DataFrame, report: UpliftReport) -> None:
    found = report.waiting.merge(newcomers, left_on="customer_id", right_on="customer", validate="one_to_one")
    assert len(found) == len(newcomers)
    assert np.corrcoef(found["uplift"], found["truth"])[0, 1] > 0.85
    assert np.polyfit(found["uplift"], found["truth"], 1)[0] == pytest.approx(1, abs=0.25)
    assert (found["low"] < found["high"]).all()
    assert found["tenth"].value_counts().between(90, 210).all()
    true_lift = found.groupby("segment")["truth"].mean()
    assert true_lift["persuadables"] > 0.3
    assert true_lift["do_not_disturb"] < -0.3


def test_the_trial_is_the_same_without_them_to_the_last_digit(newcomers: pd.DataFrame, report: UpliftReport) -> None:
    alone = ask(draw_trial(mixed=1.0))
    assert len(alone.waiting) == 0
    pd.testing.assert_frame_equal(alone.customers, report.customers, check_exact=True)
    strange = newcomers[KNOWN].assign(taste=newcomers["taste"] + 1_000, habit=np.nan, plan="never sold before")
    asked = ask(draw_trial(mixed=1.0), waiting=strange)
    pd.testing.assert_frame_equal(alone.customers, asked.customers, check_exact=True)
    assert np.isfinite(asked.waiting["uplift"]).all()


def test_they_are_no_part_of_the_judgement_and_stand_after_the_trial(report: UpliftReport) -> None:
    assert report.rows == len(report.customers) == 4_000
    assert sum(group.customers for group in report.groups) == 4_000
    table = segments(report)
    assert len(table) == 5_500
    assert table["customer_id"].is_unique
    assert table["customer_id"].str.startswith("new ").tolist() == [False] * 4_000 + [True] * 1_500


def test_what_the_trial_knew_has_to_be_known_of_them(newcomers: pd.DataFrame) -> None:
    with pytest.raises(UpliftInputError, match="'habit'"):
        ask(draw_trial(mixed=1.0), waiting=newcomers[["customer", "taste"]])
    with pytest.raises(UpliftInputError, match="share their 'customer'"):
        ask(draw_trial(mixed=1.0), waiting=newcomers[KNOWN].assign(customer="x"))
    with pytest.raises(UpliftInputError, match="'taste' holds numbers"):
        ask(draw_trial(mixed=1.0), waiting=newcomers[KNOWN].assign(taste="much"))
