"""What cannot be answered is refused with a message that names the fix."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from perennial.uplift import UpliftInputError, UpliftReport, estimate
from tests.uplift.trials import ask, draw_trial

DATA = draw_trial(1_000, mixed=1.0)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"outcome": "spent"}, "no column 'spent' for the outcome: did you mean 'spend'"),
        ({"treatment": "group"}, "no column 'group' for the treatment"),
        ({"features": ["tastes"]}, "no column 'tastes' for the feature: did you mean 'taste'"),
        ({"features": ["spend"]}, "the treatment or the outcome itself"),
        ({"propensity": "share"}, "no column 'share' for the propensity"),
        ({"unit": "id"}, "no column 'id' for the unit"),
        ({"treated": "sms"}, "No row has 'sms' in column 'arm': its values are 'email' or 'holdout'"),
        ({"treated": "holdout"}, "name two arms"),
        ({"treatment": "habit", "treated": "1", "control": "0"}, "uplift compares two arms"),
        ({"outcome": "plan"}, "holds no numbers"),
        ({"outcome": "habit"}, "rows have no number in the outcome 'habit'"),
        ({"margin": 0.0}, "margin must be above 0"),
        ({"cost": -1.0}, "cost of treating a customer must be 0 or more"),
        ({"risk": "plan"}, "risk score 'plan' holds no numbers"),
        ({"unit": "plan"}, "share their 'plan' with another"),
        ({"propensity": "spend"}, "probability of treatment"),
    ],
)
def test_questions_that_the_data_cannot_answer(options: dict[str, object], words: str) -> None:
    with pytest.raises(UpliftInputError, match=words.replace("(", r"\(")):
        ask(DATA, **options)


def test_one_arm_is_no_trial() -> None:
    with pytest.raises(UpliftInputError, match="Was the control left out"):
        ask(DATA[DATA["arm"] == "email"])


def test_too_few_rows_in_an_arm() -> None:
    few = pd.concat([DATA[DATA["arm"] == "email"], DATA[DATA["arm"] == "holdout"][:150]])
    with pytest.raises(UpliftInputError, match=r"has 150 rows.*fewer than 200"):
        ask(few)


def test_too_few_outcomes() -> None:
    with pytest.raises(UpliftInputError, match=r"Only .* rows of arm 'email' have an outcome other than 0"):
        ask(DATA.assign(spend=(np.arange(1_000) % 40 == 0).astype(float)))


def test_an_outcome_that_never_varies() -> None:
    with pytest.raises(UpliftInputError, match="never varies"):
        ask(DATA.assign(spend=1.0))


def test_assignment_that_was_not_random_is_refused() -> None:
    random = np.random.default_rng(1)
    chosen = np.where(random.random(1_000) < np.where(DATA["taste"] > 0, 0.7, 0.3), "email", "holdout")
    with pytest.raises(UpliftInputError, match=r"not assigned at random.*--propensity"):
        ask(DATA.assign(arm=chosen))


def test_wrong_propensities_are_refused() -> None:
    with pytest.raises(UpliftInputError, match="beyond the propensities given"):
        ask(DATA.assign(share=np.where(DATA["taste"] > 0, 0.75, 0.25)), propensity="share")


def test_a_budget_for_everyone_compares_nothing() -> None:
    with pytest.raises(UpliftInputError, match="between 0 and 1"):
        ask(DATA, risk="risk", budget=1.0)


def test_a_feature_measured_after_the_treatment_is_a_warning() -> None:
    # Without an effect it does not differ between the arms: only its correlation with the outcome gives it away.
    data = draw_trial(1_000)
    report = ask(data.assign(spend_again=data["spend"] * 2))
    assert any(note.startswith("WARNING: the features explain") for note in report.notes)


def test_other_arms_and_unusable_columns_are_left_out_and_noted() -> None:
    data = DATA.assign(note=[f"text {number}" for number in range(1_000)], same=1)
    data.loc[:19, "arm"] = "sms"
    data.loc[20:29, "arm"] = None
    report = ask(data)
    assert report.rows == 970
    assert any("20 rows of other arms ('sms')" in note for note in report.notes)
    assert any("10 rows without a value of 'arm'" in note for note in report.notes)
    assert any("'note'" in note for note in report.notes)
    assert "same" not in report.features


def test_files_that_are_not_there_or_no_table(tmp_path: Path) -> None:
    def read(name: str) -> UpliftReport:
        return estimate(tmp_path / name, treatment="arm", treated="a", control="b", outcome="y")

    with pytest.raises(FileNotFoundError):
        read("none.csv")
    (tmp_path / "trial.xlsx").touch()
    with pytest.raises(UpliftInputError, match="neither CSV nor Parquet"):
        read("trial.xlsx")
    (tmp_path / "empty.csv").touch()
    with pytest.raises(UpliftInputError, match="cannot be read"):
        read("empty.csv")
