"""A training is named by its data and recipe: the same name for the same, another for any other."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import training
from perennial.stages import PredictionKind
from training.data.digest import digest_of, recipe_digest
from training.data.periods import Periods
from training.data.rows import Rows
from training.specs import SPECS

DAYS = (date(2017, 1, 1), date(2017, 1, 8), date(2017, 1, 15))
PERIODS = Periods(DAYS[:1], DAYS[1:2], DAYS[2:])


def rows_for(model: str) -> Rows:
    label = np.array([1.0, 0.0, 1.0])
    is_value = SPECS[model].kind is PredictionKind.VALUE
    return Rows(
        features=pd.DataFrame({"mood": [0.5, np.nan, -1.25], "department": ["wine", "bread", "unknown"]}),
        target=np.stack([20 * label, label], axis=1) if is_value else label,
        customers=np.array(["c1", "c2", "c3"], dtype=object),
        stages=np.full(3, "engagement", dtype=object),
        messaged=np.array([False, True, False]),
        days=np.array(DAYS, dtype=object),
    )


@pytest.mark.parametrize("model", SPECS)
def test_the_same_data_has_the_same_digest(model: str) -> None:
    assert digest_of(SPECS[model], rows_for(model), PERIODS) == digest_of(SPECS[model], rows_for(model), PERIODS)


@pytest.mark.parametrize("edited", ["selection.py", "estimators/blend.py", "data/rows.py"])
def test_an_edit_of_what_decides_a_fit_makes_a_new_training(tmp_path: Path, edited: str) -> None:
    before = copy_package(tmp_path / "before")
    after = copy_package(tmp_path / "after")
    assert recipe_digest(before) == recipe_digest(after)
    recipe_digest.cache_clear()
    (after / edited).write_text((after / edited).read_text() + "\nMAX_ROWS = 1\n")
    assert recipe_digest(before) != recipe_digest(after)


def copy_package(folder: Path) -> Path:
    shutil.copytree(Path(training.__file__).parent, folder)
    return folder


def test_any_other_row_label_message_or_spec_has_another_digest() -> None:
    spec, rows = SPECS["churn_risk"], rows_for("churn_risk")
    changed = [
        (spec, replace(rows, features=rows.features.assign(mood=0.5))),
        (spec, replace(rows, customers=rows.customers[::-1])),
        (spec, replace(rows, target=rows.target[::-1] * 2)),
        (spec, replace(rows, messaged=~rows.messaged)),
        (replace(spec, candidates=spec.candidates[:1]), rows),
    ]
    digests = {digest_of(one, of, PERIODS) for one, of in changed}
    assert len(digests - {digest_of(spec, rows, PERIODS)}) == len(changed)
