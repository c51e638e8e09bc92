"""What a home says of a shape's customers, beside what is planted."""

from itertools import pairwise
from typing import Any

import numpy as np
from shape_truth import Planted

ENOUGH = 200
"""Customers of a stage, from which on a mean is compared."""
_ALIKE = 1e-6
"""Planted probabilities that differ by less are ties."""
_THRESHOLDS = ("onboarding_days", "slipping_after_days", "winback_after_days")
_WITHOUT_MODEL = 28
"""The horizon (days) of a stage that no model is for."""
_REVERSED = "retention"
"""Its audience begins with the highest risk: the lowest probability of an order."""


def query(sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    from perennial.database import Role, connect

    with connect(Role.OWNER) as connection:
        return [tuple(row) for row in connection.execute(sql.encode(), parameters or None).fetchall()]


def stage_agreement(planted: Planted) -> dict[str, Any]:
    """The share of customers in the stage that their planted state means, over all and per planted stage."""
    known = dict(query("select customer_id, stage from marts.customer_stages where snapshot_on = %s", planted.as_of))
    stages_now = np.array([known.get(customer, "unknown") for customer in planted.ids])
    states = planted.columns["planted_state"]
    per_stage = {}
    for state in np.unique(states):
        those = stages_now[states == state]
        stages, counts = np.unique(those, return_counts=True)
        per_stage[str(state)] = {
            "customers": len(those),
            "share": float((those == state).mean()),
            "stages": dict(zip(stages.tolist(), counts.tolist(), strict=True)),
        }
    return {"share": float((stages_now == states).mean()), "per_stage": per_stage}


def concordances(planted: Planted) -> dict[str, Any]:
    """Harrell's C of each published audience's order against the planted probability of an order.

    Within the horizon of the stage's model, whether it orders the audience or not, and within an own gap.
    """
    found = {}
    rows = query("select run_id, stage, ordered_by from audiences.runs where as_of = %s", planted.as_of)
    positions = {customer: place for place, customer in enumerate(planted.ids)}
    for run_id, stage, ordered_by in rows:
        members = query("select customer_id from audiences.members where run_id = %s order by rank", run_id)
        places = [positions[customer] for (customer,) in members if customer in positions]
        sign = -1 if stage == _REVERSED else 1
        horizon = _horizon_of_stage(stage)
        found[stage] = {
            "ordered_by": ordered_by,
            "members": len(members),
            "horizon_days": horizon,
            "concordance": concordance(sign * planted.probability(1, horizon)[places]),
            "concordance_own_gap": concordance(sign * planted.columns["probability_own_gap"][places]),
        }
    return found


def concordance(truth: Any) -> float | None:
    """Of the pairs whose truth differs, the share ranked by it, highest first; None without a pair."""
    pairs = agreeing = 0
    for place in range(len(truth) - 1):
        difference = truth[place] - truth[place + 1 :]
        pairs += int((np.abs(difference) > _ALIKE).sum())
        agreeing += int((difference > _ALIKE).sum())
    return agreeing / pairs if pairs else None


def _horizon_of_stage(stage: str) -> int:
    from training import SPECS

    models = [name for name, spec in SPECS.items() if spec.stage == stage]
    return horizon_of(models[0]) if models else _WITHOUT_MODEL


def horizon_of(model: str) -> int:
    """The horizon that the label of `model` was built with."""
    from training import SPECS

    [(days,)] = query(f"select max(horizon_days) from marts.label_{model}")
    return int(days or SPECS[model].horizon_days)


def predictions(planted: Planted) -> dict[str, Any]:
    """The mean prediction of each model beside the planted mean of the same customers, `customer_value` per stage."""
    rows = query(
        "select scores.model, stages.stage, scores.customer_id, coalesce(scores.probability, scores.value) "
        "from predictions.scores as scores inner join marts.customer_stages as stages "
        "on scores.customer_id = stages.customer_id and scores.as_of = stages.snapshot_on where scores.as_of = %s",
        planted.as_of,
    )
    positions = {customer: place for place, customer in enumerate(planted.ids)}
    groups: dict[str, list[tuple[int, float]]] = {}
    for model, stage, customer, value in rows:
        name = f"{model} in {stage}" if model == "customer_value" else model
        if customer in positions and value is not None:
            groups.setdefault(name, []).append((positions[customer], value))
    found = {}
    for name, members in groups.items():
        places = [place for place, _ in members]
        model = name.split(" ")[0]
        truth = _planted_of(planted, model, horizon_of(model))[places]
        found[name] = {
            "customers": len(members),
            "horizon_days": horizon_of(model),
            "predicted": float(np.mean([value for _, value in members])),
            "planted": float(truth.mean()),
            "is_enough": len(members) >= ENOUGH,
        }
    return found


def _planted_of(planted: Planted, model: str, horizon: int) -> Any:
    if model == "customer_value":
        return planted.revenue(horizon)
    probability = planted.probability(2 if model == "activation" else 1, horizon)
    return 1 - probability if model == "churn_risk" else probability


def cadence(planted: Planted) -> dict[str, Any]:
    """The usual gap as the warehouse knows it, its gaps, and the largest weekly movement of a threshold."""
    columns = {name for (name,) in query(_COLUMNS_SQL)}
    chosen = [name for name in _THRESHOLDS if name in columns]
    rows = query(
        f"select snapshot_on, usual_gap_days, count_gaps, {', '.join(chosen)} "
        "from intermediate.int_cadences_observed where snapshot_on <= %s order by 1",
        planted.as_of,
    )
    movements = [
        (max(after, before) / min(after, before) - 1, name, str(later[0]))
        for earlier, later in pairwise(rows)
        for name, before, after in zip(chosen, earlier[3:], later[3:], strict=True)
    ]
    largest = max(movements, default=(0.0, "", ""))
    orders = planted.columns["count_orders"] > 0
    return {
        "usual_gap_days": rows[-1][1],
        "count_gaps": float(rows[-1][2]),
        "planted_gap_days": float(np.median(planted.columns["own_gap_days"][orders])),
        "thresholds": dict(zip(chosen, map(float, rows[-1][3:]), strict=True)),
        "largest_movement": largest[0],
        "largest_movement_of": f"{largest[1]} on {largest[2]}",
    }


_COLUMNS_SQL = """
    select column_name from information_schema.columns
    where table_schema = 'intermediate' and table_name = 'int_cadences_observed'
"""
