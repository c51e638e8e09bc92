"""The strongest reasons of a prediction, phrased with the descriptions of the dbt contract."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd

from perennial.features import FeatureColumn, ValueKind
from training.explanation.contributions import Contributions
from training.specs import Spec

COUNT = 3
_MANY = 1000


@dataclass(frozen=True)
class ScoreReason:
    """One feature's contribution to one prediction. `effect`: in the model's margin; above 0 it raises it."""

    feature: str
    text: str
    effect: float
    value: float | str | None


def strongest_reasons(
    spec: Spec,
    features: pd.DataFrame,
    explanation: Contributions,
    described: Mapping[str, FeatureColumn],
    count: int = COUNT,
) -> list[list[ScoreReason]]:
    """For each row of `features` its `count` features of largest effect, strongest first, without repetitions.

    `explanation`: of the same rows. `described`: the columns of the contract, by name.
    """
    names = explanation.features
    effects = np.round(explanation.effects, 4)
    order = np.argsort(-np.abs(effects), axis=1, kind="stable")
    columns = [features[name].to_list() for name in names]
    strongest = []
    for row in range(len(features)):
        ranked = (
            _reason(spec, names[index], columns[index][row], float(effects[row, index]), described.get(names[index]))
            for index in order[row]
        )
        strongest.append(list(islice(_without_repetitions(ranked), count)))
    return strongest


def _without_repetitions(ranked: Iterator[ScoreReason]) -> Iterator[ScoreReason]:
    # Two features of one amount and direction (days since first ordering, and since first seen) are one reason.
    seen = set()
    for reason in ranked:
        is_amount = isinstance(reason.value, float) and abs(reason.value) > 1
        same = (reason.value, reason.effect > 0)
        if not (is_amount and same in seen):
            yield reason
        seen.add(same)


def _reason(spec: Spec, feature: str, raw: Any, effect: float, column: FeatureColumn | None) -> ScoreReason:
    value = _plain_value(raw)
    phrase = _yes_or_no(value) if column and column.kind is ValueKind.BOOLEAN else _in_words(value)
    direction = f"{'raises' if effect > 0 else 'lowers'} {spec.raises}" if effect else f"hardly moves {spec.raises}"
    text = f"{_opening(column.description if column else feature)}: {phrase} ({direction})"
    return ScoreReason(feature, text, effect, value)


def _opening(description: str) -> str:
    """The description's first sentence as the start of a phrase: no capital, no full stop."""
    first = description.strip().split(". ")[0].rstrip(".") or "unnamed feature"
    is_word = len(first) > 1 and first[1].islower()
    return first[0].lower() + first[1:] if is_word else first


def _plain_value(raw: Any) -> float | str | None:
    if isinstance(raw, str):
        return raw
    number = float(raw)
    return None if np.isnan(number) else round(number, 4)


def _yes_or_no(value: float | str | None) -> str:
    return "not known" if value is None else "yes" if value else "no"


def _in_words(value: float | str | None) -> str:
    if value is None:
        return "not known"
    if isinstance(value, str):
        return value
    if value == int(value) or abs(value) >= _MANY:
        return f"{round(value):,}"
    return f"{value:.2g}" if abs(value) < 1 else f"{value:,.1f}"
