"""Persuadables, sure things, lost causes and sleeping dogs: named only where the trial supports it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from perennial.statistics import Bools, Floats, Interval, t_interval
from perennial.uplift.cross_fitting import CrossFitResult, PendingPredictions
from perennial.uplift.ranking import decile_of
from perennial.uplift.results import Decile, Ranking, SegmentLift, UpliftSegment

FEWEST_CUSTOMERS = 100


@dataclass(frozen=True)
class SegmentRule:
    """Who belongs to which segment, as the trial supports it; for the trial's customers and for pending ones.

    `supported_deciles`: so many, from the top, are persuadable. `sure_thing_from`: customers with a predicted outcome,
    untreated, from here on are sure things.
    """

    has_segments: bool
    supported_deciles: int
    is_harm_supported: bool
    sure_thing_from: float

    def assign(self, predictions: CrossFitResult | PendingPredictions) -> "pd.Series[str]":
        """The segment of each customer (rows,)."""
        if not self.has_segments:
            segments = np.full(len(predictions.rank), UpliftSegment.ALIKE.value, dtype=object)
            return pd.Series(segments, name="segment")
        is_sure = predictions.untreated >= self.sure_thing_from
        segments = np.where(is_sure, UpliftSegment.SURE_THINGS.value, UpliftSegment.LOST_CAUSES.value).astype(object)
        is_supported = decile_of(predictions.rank) <= self.supported_deciles
        segments[is_supported & (predictions.uplift >= 0)] = UpliftSegment.PERSUADABLES.value
        segments[(predictions.uplift < 0) & self.is_harm_supported] = UpliftSegment.DO_NOT_DISTURB.value
        return pd.Series(segments, name="segment")


def fit_segment_rule(
    result: CrossFitResult, ranking: Ranking, deciles: Sequence[Decile], break_even: float
) -> tuple[SegmentRule, tuple[SegmentLift, ...]]:
    """The rule, and the trial's segments with their realised lift; `break_even` is the uplift that pays for treating.

    Deciles are tested from the top until the first whose lift is not shown to exceed `break_even`: in a fixed sequence
    no correction for multiple testing is needed (Maurer, Hothorn & Lehmacher 1995). Sleeping dogs are all customers
    with a negative predicted uplift, if together they are shown to lose.
    """
    is_negative = result.uplift < 0
    harm = t_interval(result.scores[is_negative]) if is_negative.sum() >= FEWEST_CUSTOMERS else None
    rule = SegmentRule(
        has_segments=ranking.beats_random,
        supported_deciles=_count_supported(result, deciles, break_even),
        is_harm_supported=ranking.beats_random and harm is not None and harm.is_below_zero,
        sure_thing_from=float(np.median(result.untreated)),
    )
    names = rule.assign(result).to_numpy()
    segments = [
        _persuadables(names == UpliftSegment.PERSUADABLES.value, result.scores, ranking),
        _do_not_disturb(int(is_negative.sum()), harm, is_supported=rule.is_harm_supported),
    ]
    segments += [
        _described(segment, names == segment.value, result.scores)
        for segment in (UpliftSegment.SURE_THINGS, UpliftSegment.LOST_CAUSES, UpliftSegment.ALIKE)
        if (names == segment.value).any()
    ]
    return rule, tuple(segments)


def _count_supported(result: CrossFitResult, deciles: Sequence[Decile], break_even: float) -> int:
    average, supported = float(result.uplift.mean()), 0
    for decile in deciles:
        if decile.realised.low <= break_even or decile.predicted <= average:
            break
        supported = decile.number
    return supported


def _persuadables(rows: Bools, scores: Floats, ranking: Ranking) -> SegmentLift:
    count = int(rows.sum())
    if count:
        lift = t_interval(scores[rows])
        description = f"Treating them pays: {lift.describe('+.3g')} each"
        return SegmentLift(UpliftSegment.PERSUADABLES, count, lift, True, description)
    why = "no decile's lift is shown to be worth its cost" if ranking.beats_random else "no differences were found"
    return SegmentLift(UpliftSegment.PERSUADABLES, 0, None, False, f"Not supported: {why}")


def _do_not_disturb(count: int, harm: Interval | None, *, is_supported: bool) -> SegmentLift:
    if is_supported and harm is not None:
        description = f"Treating them loses: {harm.describe('+.3g')} each. Do not treat them"
        return SegmentLift(UpliftSegment.DO_NOT_DISTURB, count, harm, True, description)
    if harm is None:
        why = (
            f"{count:,} customers have a negative prediction, too few to test" if count else "no prediction is negative"
        )
    else:
        why = f"{count:,} customers have a negative prediction, and their lift does not show it: "
        why += f"{harm.describe('+.3g')} each"
    return SegmentLift(UpliftSegment.DO_NOT_DISTURB, 0, None, False, f"Not supported: {why}")


def _described(segment: UpliftSegment, rows: Bools, scores: Floats) -> SegmentLift:
    descriptions = {
        UpliftSegment.SURE_THINGS: "Predicted to bring more than most untreated; no lift of theirs is shown",
        UpliftSegment.LOST_CAUSES: "Predicted to bring less than most untreated; no lift of theirs is shown",
        UpliftSegment.ALIKE: "No differences in uplift were found: treat all alike",
    }
    return SegmentLift(segment, int(rows.sum()), t_interval(scores[rows]), False, descriptions[segment])
