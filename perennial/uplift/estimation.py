"""The door: who answers to the treatment, by how much, and is it worth choosing?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from perennial.uplift.arrays import Floats
from perennial.uplift.cross_fitting import Awaited, Judged, cross_fit
from perennial.uplift.errors import UpliftInputError
from perennial.uplift.feature_matrix import design_matrices
from perennial.uplift.folds import FOLDS, draw_folds
from perennial.uplift.layout import Layout
from perennial.uplift.learners import WORDS
from perennial.uplift.means import mean
from perennial.uplift.pending import Waiting, read_waiting
from perennial.uplift.policy_value import judge, whom_to_treat
from perennial.uplift.randomization_check import check_balance
from perennial.uplift.ranking import rank_value, tenth_of, tenths
from perennial.uplift.results import Arm, Balance, Learner, Targeting, UpliftReport
from perennial.uplift.segment_rule import Division, around, divide
from perennial.uplift.source import Data, Rows, read_rows
from perennial.uplift.targeting import compare

# Features that foretell more of the outcome than this were probably measured with it.
TOO_GOOD = 0.95
MANY_ROWS = 100_000


@dataclass(frozen=True)
class Worth:
    """What a unit of outcome is worth, and what treating a customer costs, in the same money."""

    margin: float
    cost: float

    @property
    def break_even(self) -> float:
        return self.cost / self.margin


def estimate(
    data: Data,
    *,
    treatment: str,
    treated: str,
    control: str,
    outcome: str,
    features: Sequence[str] | None = None,
    propensity: str | None = None,
    unit: str | None = None,
    risk: str | None = None,
    budget: float = 0.3,
    cost: float | None = None,
    margin: float = 1.0,
    seed: int = 0,
    waiting: pd.DataFrame | None = None,
) -> UpliftReport:
    """Who answers to the treatment, judged on rows that neither fitting nor choosing has seen.

    `data`: a randomised trial, one row for each customer: a data frame, an Arrow table, a CSV or a Parquet file. The
    arms `treated` and `control` are values of the column `treatment`. `features` were known before the treatment
    (default: every other column of numbers or few categories). `propensity`: the column with each row's probability of
    treatment, where it was not the same for all. `unit` names the customer. A unit of `outcome` is worth `margin`,
    treating costs `cost`, in the same money. `risk`: a column by which customers at highest risk would be chosen;
    compared with uplift when both treat the share `budget`. The same seed gives the same report. `waiting`: customers
    whose outcome is not known yet, with the columns of features and unit; what the trial taught is told of them too.
    Raises UpliftInputError, FileNotFoundError.
    """
    worth = _worth(margin, cost)
    layout = Layout(
        treatment,
        str(treated),
        str(control),
        outcome,
        tuple(features) if features is not None else None,
        propensity,
        unit,
        risk,
    )
    rows = read_rows(data, layout)
    awaited = read_waiting(waiting, rows, layout)
    design, awaited_design = design_matrices(rows.features, awaited.features)
    fold = draw_folds(rows.treated, seed)
    # On few rows threads wait for each other more than they work, twenty times as long where stages run side by side.
    with threadpool_limits(1 if len(rows) < MANY_ROWS else None):
        balance = check_balance(design, rows.treated, rows.chance, fold, is_chance_given=rows.is_chance_given)
        judged = cross_fit(design, rows.treated, rows.outcome, rows.chance, fold, seed, awaited_design)
    targeting = None
    if risk is not None and rows.risk is not None:
        targeting = compare(risk, rows.risk, judged.rank, judged.score * margin, budget, seed)
    return _report(rows, awaited, layout, judged, worth, balance, targeting, seed)


def _worth(margin: float, cost: float | None) -> Worth:
    if not (np.isfinite(margin) and margin > 0):
        raise UpliftInputError(f"The margin must be above 0, not {margin:g}: it is what a unit of outcome is worth")
    if cost is not None and not (np.isfinite(cost) and cost >= 0):
        raise UpliftInputError(f"The cost of treating a customer must be 0 or more, not {cost:g}")
    return Worth(margin, cost or 0.0)


def _report(
    rows: Rows,
    awaited: Waiting,
    layout: Layout,
    judged: Judged,
    worth: Worth,
    balance: Balance,
    targeting: Targeting | None,
    seed: int,
) -> UpliftReport:
    net = judged.score * worth.margin - worth.cost
    judgement = judge(net, whom_to_treat(judged.uplift, worth.margin, worth.cost))
    ranking = rank_value(judged.rank, judged.score, seed)
    by_tenth = tenths(judged.rank, judged.uplift, judged.score)
    division, groups = divide(judged, ranking, by_tenth, worth.break_even)
    return UpliftReport(
        verdict=judgement.verdict,
        sentence=judgement.sentence,
        outcome=layout.outcome,
        rows=len(rows),
        treated=_arm(layout.treated, rows.outcome[rows.treated]),
        control=_arm(layout.control, rows.outcome[~rows.treated]),
        effect=mean(judged.score),
        margin=worth.margin,
        cost=worth.cost,
        gain=judgement.gain,
        policies=judgement.policies,
        ranking=ranking,
        tenths=by_tenth,
        groups=groups,
        targeting=targeting,
        learners=_learners(judged),
        balance=balance,
        features=tuple(rows.features.columns),
        notes=(*rows.notes, *_doubts(rows, judged)),
        customers=_customers(rows.units, judged, judged, division),
        waiting=_customers(awaited.units, judged.awaited, judged, division),
    )


def _arm(name: str, outcome: Floats) -> Arm:
    return Arm(name, len(outcome), float(outcome.mean()))


def _learners(judged: Judged) -> tuple[Learner, ...]:
    """The best first."""
    learners = [
        Learner(
            name=name,
            words=WORDS[name],
            explained=sum(one.explained for one in found) / FOLDS,
            standing=sum(one.standing for one in found) / FOLDS,
            chosen_in_folds=judged.chosen.count(name),
        )
        for name, found in judged.calibrations.items()
    ]
    return tuple(sorted(learners, key=lambda one: (-one.chosen_in_folds, -one.explained)))


def _doubts(rows: Rows, judged: Judged) -> list[str]:
    foretold = judged.untreated + rows.chance * judged.uplift
    left = float(np.var(rows.outcome - foretold) / np.var(rows.outcome))
    if 1 - left < TOO_GOOD:
        return []
    doubt = (
        f"WARNING: the features foretell {1 - left:.1%} of the outcome. Is one of them measured after the treatment? "
        "Then leave it out: it takes away the effect itself"
    )
    return [doubt]


def _customers(units: "pd.Series[str]", asked: Judged | Awaited, judged: Judged, division: Division) -> pd.DataFrame:
    low, high = around(asked.uplift, judged.uplift, judged.score)
    return pd.DataFrame(
        {
            "customer_id": units,
            "uplift": asked.uplift,
            "low": low,
            "high": high,
            "segment": division.names(asked.rank, asked.uplift, asked.untreated),
            "rank": asked.rank,
            "tenth": tenth_of(asked.rank).astype(np.int64),
        }
    )
