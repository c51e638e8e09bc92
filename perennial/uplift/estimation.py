"""Who responds to the treatment, by how much, and does targeting them pay?"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from perennial.tabular import InputError, TableSource
from perennial.uplift.cross_fitting import cross_fit
from perennial.uplift.evaluation import TrialEvaluation, build_report
from perennial.uplift.feature_matrix import feature_matrices
from perennial.uplift.folds import draw_folds
from perennial.uplift.pending import read_pending
from perennial.uplift.policy_value import UnitEconomics
from perennial.uplift.randomization_check import check_balance
from perennial.uplift.report import UpliftReport
from perennial.uplift.source import TrialRows, read_trial
from perennial.uplift.targeting import compare_targeting
from perennial.uplift.trial_columns import TrialColumns

MANY_ROWS = 100_000


def estimate(
    data: TableSource,
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
    pending: pd.DataFrame | None = None,
) -> UpliftReport:
    """Who responds to the treatment, evaluated on rows that neither fitting nor choosing has used.

    `data`: a randomised trial, one row for each customer: a data frame, an Arrow table, a CSV or a Parquet file. The
    arms `treated` and `control` are values of the column `treatment`. `features` were known before the treatment
    (default: every other column of numbers or few categories). `propensity`: the column with each row's probability of
    treatment, where it was not the same for all. `unit` names the customer. A unit of `outcome` is worth `margin`,
    treating costs `cost`, in the same money. `risk`: a column by which customers at highest risk would be targeted;
    compared with uplift when both treat the share `budget`. The same seed gives the same report. `pending`: customers
    without an outcome yet, with the columns of features and unit; they get predictions from the trial.
    Raises InputError, FileNotFoundError.
    """
    economics = _economics(margin, cost)
    columns = TrialColumns(
        treatment,
        str(treated),
        str(control),
        outcome,
        tuple(features) if features is not None else None,
        propensity,
        unit,
        risk,
    )
    trial = read_trial(data, columns)
    customers = read_pending(pending, trial, columns)
    evaluation = _evaluate(trial, customers.features, columns, economics, budget, seed)
    return build_report(evaluation, customers.units)


def _economics(margin: float, cost: float | None) -> UnitEconomics:
    if not (np.isfinite(margin) and margin > 0):
        raise InputError(f"The margin must be above 0, not {margin:g}: it is what a unit of outcome is worth")
    if cost is not None and not (np.isfinite(cost) and cost >= 0):
        raise InputError(f"The cost of treating a customer must be 0 or more, not {cost:g}")
    return UnitEconomics(margin, cost or 0.0)


def _evaluate(
    trial: TrialRows, pending: pd.DataFrame, columns: TrialColumns, economics: UnitEconomics, budget: float, seed: int
) -> TrialEvaluation:
    design, pending_design = feature_matrices(trial.features, pending)
    fold = draw_folds(trial.treated, seed)
    # On few rows threads wait for each other more than they work, twenty times as long where stages run side by side.
    with threadpool_limits(1 if len(trial) < MANY_ROWS else None):
        balance = check_balance(
            design, trial.treated, trial.propensity, fold, is_propensity_given=trial.is_propensity_given
        )
        result = cross_fit(trial, design, fold, seed, pending_design)
    targeting = None
    if columns.risk is not None and trial.risk is not None:
        gained = result.scores * economics.margin
        targeting = compare_targeting(columns.risk, trial.risk, result.rank, gained, budget, seed)
    return TrialEvaluation(trial, columns, economics, balance, result, targeting, seed)
