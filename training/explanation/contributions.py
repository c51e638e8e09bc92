"""Shapley values: the contribution of each feature to each prediction, adding up to the uncalibrated margin (log odds,
or log amount).

Of trees by TreeSHAP; of linear models their centred terms; of a model of few features over all coalitions.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Any

import numpy as np
import pandas as pd

from perennial.statistics import Floats
from training.estimators.candidates import Estimator
from training.explanation.tree_shap import TreeShap


@dataclass(frozen=True)
class Contributions:
    """`effects` (rows, features), in the unit of the margin; with `base` they add up to each row's margin."""

    features: tuple[str, ...]
    effects: Floats
    base: float


Explainer = Callable[[pd.DataFrame], Contributions]


def explainer_of(model: Estimator) -> Explainer:
    """The explainer of a model as loaded from the registry, made once and then used chunk by chunk."""
    pipeline = _uncalibrated(model)
    if hasattr(pipeline, "members"):
        return _blend_explainer([explainer_of(member) for member in pipeline.members])
    if not hasattr(pipeline, "named_steps"):
        return _coalition_explainer(pipeline)
    columns, model = pipeline.named_steps["columns"], pipeline.named_steps["model"]
    explain = _linear_effects(model) if hasattr(model, "coef_") else _tree_effects(model)
    return lambda features: _by_feature(columns, *explain(np.asarray(columns.transform(features), dtype=np.float64)))


def margin_of(model: Estimator, features: pd.DataFrame) -> Floats:
    """(rows,): the model's output before calibration, in log odds or log amount; what the effects add up to."""
    pipeline = _uncalibrated(model)
    if hasattr(pipeline, "decision_function"):
        margin: Floats = pipeline.decision_function(features)
        return margin
    predicted = np.asarray(pipeline.predict(features))
    return _log_amount(predicted if predicted.ndim == 1 else predicted[:, 0])


def _log_amount(amount: Floats) -> Floats:
    logs: Floats = np.log(np.maximum(amount, 1e-9))
    return logs


def _uncalibrated(model: Estimator) -> Estimator:
    if hasattr(model, "calibrated_classifiers_"):
        return model.calibrated_classifiers_[0].estimator.estimator
    if hasattr(model, "revenue_factor"):
        inner = model.estimator
        return inner.estimators_[0] if hasattr(inner, "estimators_") else inner
    return model


Effects = tuple[Floats, float]


def _linear_effects(model: Any) -> Callable[[Floats], Effects]:
    # Every input of a linear candidate is centred (scaled ranks) or a 0/1 flag, whose zero is the common case.
    coefficients, intercept = np.ravel(model.coef_), float(np.ravel(model.intercept_)[0])
    return lambda inputs: (inputs * coefficients, intercept)


def _tree_effects(model: Any) -> Callable[[Floats], Effects]:
    trees = TreeShap(model)
    return lambda inputs: (trees.effects(inputs), trees.base)


def _by_feature(columns: Any, effects: Floats, base: float) -> Contributions:
    """Sum the effects of a model's inputs (ranks, flags, one-hot columns) into those of the features they came from."""
    totals: dict[str, Floats] = {}
    for name, _, sources in columns.transformers_:
        part = effects[:, columns.output_indices_[name]]
        if part.shape[1] == 0:
            continue
        owners = list(sources) if part.shape[1] == len(sources) else [sources[0]] * part.shape[1]
        for owner, effect in zip(owners, part.T, strict=True):
            totals[owner] = totals.get(owner, 0.0) + effect
    return Contributions(tuple(totals), np.stack(list(totals.values()), axis=1), base)


def _blend_explainer(members: list[Explainer]) -> Explainer:
    def explain(features: pd.DataFrame) -> Contributions:
        parts = [member(features) for member in members]
        totals: dict[str, Floats] = {}
        for part in parts:
            for name, effect in zip(part.features, part.effects.T, strict=True):
                totals[name] = totals.get(name, 0.0) + effect / len(parts)
        base = float(np.mean([part.base for part in parts]))
        return Contributions(tuple(totals), np.stack(list(totals.values()), axis=1), base)

    return explain


def _coalition_explainer(model: Any) -> Explainer:
    names, reference = tuple(model.features_), np.array([model.reference_[name] for name in model.features_])

    def margin(values: Floats) -> Floats:
        return _log_amount(model.predict(pd.DataFrame(values, columns=list(names)))[:, 0])

    def explain(features: pd.DataFrame) -> Contributions:
        values = features[list(names)].to_numpy(dtype=np.float64)
        effects = _shapley(margin, values, reference)
        return Contributions(names, effects, float(margin(reference[None, :])[0]))

    return explain


def _shapley(margin: Callable[[Floats], Floats], values: Floats, reference: Floats) -> Floats:
    """Exact Shapley values against a reference customer, over all coalitions of a handful of features."""
    players = range(values.shape[1])
    worth: dict[tuple[int, ...], Floats] = {}
    for size in range(len(players) + 1):
        for coalition in combinations(players, size):
            mixed = np.tile(reference, (len(values), 1))
            mixed[:, coalition] = values[:, coalition]
            worth[coalition] = margin(mixed)
    effects = np.zeros_like(values)
    for player in players:
        for coalition, without in worth.items():
            if player not in coalition:
                with_player = worth[tuple(sorted((*coalition, player)))]
                effects[:, player] += (with_player - without) / (len(players) * comb(len(players) - 1, len(coalition)))
    return effects
