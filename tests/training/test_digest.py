"""A training is named by its data and recipe: the same name as in older homes, another one for other rows."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from perennial.stages import PredictionKind
from training.data.digest import digest_of
from training.data.periods import Periods
from training.data.rows import Rows
from training.specs import SPECS

DAYS = (date(2017, 1, 1), date(2017, 1, 8), date(2017, 1, 15))
PERIODS = Periods(DAYS[:1], DAYS[1:2], DAYS[2:])
OF_RELEASE_0_1 = {
    "activation": "8afd9782a8a6214c21a018fbc5633e78",
    "purchase_intent": "818702e27758361318e6c697feab77af",
    "churn_risk": "f199beed233f3ef2af1ff6b4710838eb",
    "reactivation": "48c7a07890599079b4cac47a85d9b8ca",
    "customer_value": "4040fc25d72677ec82f4f888d9368093",
}


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


@pytest.mark.parametrize("model", OF_RELEASE_0_1)
def test_the_same_data_has_the_digest_that_release_0_1_gave_it(model: str) -> None:
    assert digest_of(SPECS[model], rows_for(model), PERIODS) == OF_RELEASE_0_1[model]


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
    assert len(digests - {OF_RELEASE_0_1["churn_risk"]}) == len(changed)
