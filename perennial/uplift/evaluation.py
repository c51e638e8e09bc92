"""A trial evaluated, and the report that summarises it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from perennial.statistics import Floats, t_interval
from perennial.uplift.cross_fitting import CrossFitResult, PendingPredictions
from perennial.uplift.effect_calibration import confidence_band
from perennial.uplift.folds import FOLDS
from perennial.uplift.learners import CANDIDATES
from perennial.uplift.policy_value import UnitEconomics, compare_policies
from perennial.uplift.ranking import decile_of, evaluate_deciles, evaluate_ranking
from perennial.uplift.report import UpliftReport
from perennial.uplift.results import ArmOutcome, Balance, Learner, Targeting
from perennial.uplift.segment_rule import SegmentRule, fit_segment_rule
from perennial.uplift.source import TrialRows
from perennial.uplift.trial_columns import TrialColumns

# Features that explain more of the outcome's variance than this were probably measured with it.
SUSPICIOUSLY_EXPLAINED = 0.95


@dataclass(frozen=True)
class TrialEvaluation:
    """A trial with everything that was estimated from it."""

    trial: TrialRows
    columns: TrialColumns
    economics: UnitEconomics
    balance: Balance
    result: CrossFitResult
    targeting: Targeting | None
    seed: int


def build_report(evaluation: TrialEvaluation, pending_units: "pd.Series[str]") -> UpliftReport:
    """The report on a trial; `pending_units` (customers,) names the customers of `result.pending`."""
    trial, result, economics = evaluation.trial, evaluation.result, evaluation.economics
    policies = compare_policies(economics.net_value(result.scores), economics.is_worth_treating(result.uplift))
    ranking = evaluate_ranking(result.rank, result.scores, evaluation.seed)
    deciles = evaluate_deciles(result.rank, result.uplift, result.scores)
    rule, segments = fit_segment_rule(result, ranking, deciles, economics.break_even)
    return UpliftReport(
        verdict=policies.verdict,
        sentence=policies.sentence,
        outcome=evaluation.columns.outcome,
        rows=len(trial),
        treated=_arm_outcome(evaluation.columns.treated, trial.outcome[trial.treated]),
        control=_arm_outcome(evaluation.columns.control, trial.outcome[~trial.treated]),
        effect=t_interval(result.scores),
        margin=economics.margin,
        cost=economics.cost,
        gain=policies.gain,
        policies=policies.policies,
        ranking=ranking,
        deciles=deciles,
        groups=segments,
        targeting=evaluation.targeting,
        learners=_learners(result),
        balance=evaluation.balance,
        features=tuple(trial.features.columns),
        notes=(*trial.notes, *_warnings(trial, result)),
        customers=_customers(trial.units, result, result, rule),
        pending=_customers(pending_units, result.pending, result, rule),
    )


def _arm_outcome(name: str, outcome: Floats) -> ArmOutcome:
    return ArmOutcome(name, len(outcome), float(outcome.mean()))


def _learners(result: CrossFitResult) -> tuple[Learner, ...]:
    """The best first."""
    learners = [
        Learner(
            name=name,
            description=CANDIDATES[name].description,
            explained=sum(one.explained for one in found) / FOLDS,
            t_statistic=sum(one.t_statistic for one in found) / FOLDS,
            chosen_in_folds=result.chosen.count(name),
        )
        for name, found in result.calibrations.items()
    ]
    return tuple(sorted(learners, key=lambda one: (-one.chosen_in_folds, -one.explained)))


def _warnings(trial: TrialRows, result: CrossFitResult) -> list[str]:
    predicted = result.untreated + trial.propensity * result.uplift
    unexplained = float(np.var(trial.outcome - predicted) / np.var(trial.outcome))
    if 1 - unexplained < SUSPICIOUSLY_EXPLAINED:
        return []
    warning = (
        f"WARNING: the features explain {1 - unexplained:.1%} of the outcome. Is one of them measured after the "
        "treatment? Then leave it out: it takes away the effect itself"
    )
    return [warning]


def _customers(
    units: "pd.Series[str]",
    predictions: CrossFitResult | PendingPredictions,
    trial: CrossFitResult,
    rule: SegmentRule,
) -> pd.DataFrame:
    low, high = confidence_band(predictions.uplift, trial.uplift, trial.scores)
    return pd.DataFrame(
        {
            "customer_id": units,
            "uplift": predictions.uplift,
            "low": low,
            "high": high,
            "segment": rule.assign(predictions),
            "rank": predictions.rank,
            "decile": decile_of(predictions.rank).astype(np.int64),
        }
    )
