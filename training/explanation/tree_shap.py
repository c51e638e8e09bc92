"""Exact Shapley values of gradient-boosted trees, without a background sample.

The path-dependent TreeSHAP of Lundberg et al. (2020), "From local explanations to global understanding with
explainable AI for trees", leaf by leaf: a leaf's value is shared among the features on its path, and a feature outside
the coalition is averaged over the shares of training rows that went each way. `shap.TreeExplainer` gives the same
values (tested); it is not used because importing it costs every scoring process more seconds than these trees need.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import factorial
from typing import Any

import numpy as np
import numpy.typing as npt

from perennial.statistics import Floats


@dataclass(frozen=True)
class Split:
    """One step of a path: which rows follow it, and the share of training rows that did."""

    threshold: float
    goes_left: bool
    missing_goes_left: bool
    share: float

    def follows(self, column: Floats) -> npt.NDArray[np.bool_]:
        left = np.where(np.isnan(column), self.missing_goes_left, column <= self.threshold)
        return left if self.goes_left else ~left


@dataclass(frozen=True)
class Leaf:
    """A leaf's value and the splits on its path, by feature."""

    value: float
    path: dict[int, list[Split]]


class TreeShap:
    """Shapley values of a fitted HistGradientBoosting model with one output, on its encoded inputs."""

    def __init__(self, model: Any) -> None:
        trees = [predictor.nodes for (predictor,) in model._predictors]  # noqa: SLF001  # the only access to the fitted trees
        self._leaves = [leaf for nodes in trees for leaf in _leaves(nodes, 0, {})]
        expected = sum(
            leaf.value * float(np.prod([_share(splits) for splits in leaf.path.values()])) for leaf in self._leaves
        )
        self.base = float(np.ravel(model._baseline_prediction)[0]) + expected  # noqa: SLF001  # as above

    def effects(self, inputs: Floats) -> Floats:
        """(rows, inputs): of the encoded `inputs`, in the unit of the margin; with `base` they add up to it."""
        totals = np.zeros(inputs.shape)
        for leaf in self._leaves:
            names = list(leaf.path)
            passed = [np.all([split.follows(inputs[:, name]) for split in leaf.path[name]], axis=0) for name in names]
            shares = [_share(leaf.path[name]) for name in names]
            for player, name in enumerate(names):
                weight = _coalition_weights(player, passed, shares)
                totals[:, name] += leaf.value * (passed[player] - shares[player]) * weight
        return totals


def _coalition_weights(player: int, passed: list[npt.NDArray[np.bool_]], shares: list[float]) -> Floats:
    """(rows,): the mean, over all orders of joining, of the share of the leaf that is reached before `player` joins."""
    others, count = [index for index in range(len(shares)) if index != player], len(shares)
    worth = np.zeros(len(passed[0]))
    for size in range(count):
        weight = factorial(size) * factorial(count - size - 1) / factorial(count)
        for joined in combinations(others, size):
            absent = float(np.prod([shares[index] for index in others if index not in joined]))
            present = np.all([passed[index] for index in joined], axis=0) if joined else 1.0
            worth += weight * absent * present
    return worth


def _share(splits: list[Split]) -> float:
    return float(np.prod([split.share for split in splits]))


def _leaves(nodes: Any, index: int, path: dict[int, list[Split]]) -> Iterator[Leaf]:
    node = nodes[index]
    if node["is_leaf"]:
        yield Leaf(float(node["value"]), path)
        return
    if node["is_categorical"]:
        raise NotImplementedError("categorical splits are not explained: encode text as one-hot columns")
    feature = int(node["feature_idx"])
    for child, goes_left in ((int(node["left"]), True), (int(node["right"]), False)):
        share = float(nodes[child]["count"]) / float(node["count"])
        split = Split(float(node["num_threshold"]), goes_left, bool(node["missing_go_to_left"]), share)
        yield from _leaves(nodes, child, {**path, feature: [*path.get(feature, []), split]})
