"""Trials whose truth is known: small, fast, with as much of an effect as a test needs."""

import numpy as np
import pandas as pd

from perennial.uplift import UpliftReport, estimate

ROWS = 4_000


def draw_trial(rows: int = ROWS, *, seed: int = 1, mixed: float = 0.0, constant: float = 0.0) -> pd.DataFrame:
    """Half of the customers get an e-mail. It adds `constant`, and `mixed` times `taste`, from -1 to 1.

    `spend` is the outcome, noise of 1; `taste`, `habit` and `plan` were known before; `truth` is the effect.
    """
    random = np.random.default_rng([seed, 7])
    taste, habit = random.uniform(-1, 1, rows), random.normal(size=rows)
    treated = random.random(rows) < 0.5
    truth = constant + mixed * taste
    return pd.DataFrame(
        {
            "customer": [f"c{number:05}" for number in range(rows)],
            "arm": np.where(treated, "email", "holdout"),
            "taste": taste,
            "habit": np.where(random.random(rows) < 0.1, np.nan, habit),
            "plan": random.choice(["basic", "plus"], rows),
            "risk": -taste + random.normal(size=rows),
            "spend": 5 + habit + treated * truth + random.normal(size=rows),
            "truth": truth,
        }
    )


def ask(data: pd.DataFrame, **options: object) -> UpliftReport:
    """The question that most tests ask; the truth is no feature."""
    question = {"treatment": "arm", "treated": "email", "control": "holdout", "outcome": "spend", "unit": "customer"}
    given = data.drop(columns="truth", errors="ignore")
    return estimate(given, **(question | options))  # type: ignore[arg-type]  # options of every type
