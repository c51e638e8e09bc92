"""Persuadables, sure things, lost causes and sleeping dogs: named only where the data bear it out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from perennial.uplift.arrays import Bools, Floats
from perennial.uplift.cross_fitting import Judged
from perennial.uplift.means import CONFIDENCE, mean
from perennial.uplift.policy_value import told
from perennial.uplift.ranking import tenth_of
from perennial.uplift.results import Estimate, Group, Ranking, Segment, Tenth, UpliftReport

FEWEST_CUSTOMERS = 100
COLUMNS = ["customer_id", "uplift", "low", "high", "segment"]


def segments(report: UpliftReport) -> pd.DataFrame:
    """`customer_id, uplift, low, high, segment`, one row for each customer of the trial, the most uplift first; then
    those whose outcome is not known yet.

    `uplift`: what treating adds to the outcome, calibrated, foretold by what has not seen the customer. `low` and
    `high`: the 95 % interval of the average uplift of customers foretold the same. `segment`: see `Segment`.
    `persuadables` and `do_not_disturb` occur only where supported, and may then be published; where no differences were
    found all are `alike`.
    """
    ordered = [table.sort_values(["rank", "customer_id"])[COLUMNS] for table in (report.customers, report.waiting)]
    return pd.concat([table for table in ordered if len(table)], ignore_index=True)


@dataclass(frozen=True)
class Division:
    """Who belongs to which segment, as the trial bore it out; asked of the trial's customers, and of those who wait.

    `proven`: so many tenths, from the top, are persuadable. `buys_from`: whoever would bring as much untreated is a
    sure thing.
    """

    is_ordered: bool
    proven: int
    is_harmful: bool
    buys_from: float

    def names(self, rank: Floats, uplift: Floats, untreated: Floats) -> "pd.Series[str]":
        """The segment of each."""
        if not self.is_ordered:
            return pd.Series(np.full(len(rank), Segment.ALIKE.value, dtype=object), name="segment")
        bought = untreated >= self.buys_from
        names = np.where(bought, Segment.SURE_THINGS.value, Segment.LOST_CAUSES.value).astype(object)
        names[(tenth_of(rank) <= self.proven) & (uplift >= 0)] = Segment.PERSUADABLES.value
        names[(uplift < 0) & self.is_harmful] = Segment.DO_NOT_DISTURB.value
        return pd.Series(names, name="segment")


def divide(
    judged: Judged, ranking: Ranking, tenths: Sequence[Tenth], break_even: float
) -> tuple[Division, tuple[Group, ...]]:
    """How customers divide into segments, and the groups of the trial with their realised lift.

    Tenths are tested from the top until the first whose lift is not shown to exceed `break_even`: in a fixed order no
    correction for several tests is needed (Maurer, Hothorn & Lehmacher 1995). Do-not-disturb are all those foretold
    a loss, if together they are shown to lose.
    """
    asleep = judged.uplift < 0
    harm = mean(judged.score[asleep]) if asleep.sum() >= FEWEST_CUSTOMERS else None
    division = Division(
        is_ordered=ranking.beats_random,
        proven=_proven(judged, tenths, break_even),
        is_harmful=ranking.beats_random and harm is not None and harm.is_below_zero,
        buys_from=float(np.median(judged.untreated)),
    )
    names = division.names(judged.rank, judged.uplift, judged.untreated).to_numpy()
    groups = [
        _persuadables(names == Segment.PERSUADABLES.value, judged.score, ranking),
        _do_not_disturb(asleep, harm, is_harmful=division.is_harmful),
    ]
    groups += [
        _described(segment, names == segment.value, judged.score)
        for segment in (Segment.SURE_THINGS, Segment.LOST_CAUSES, Segment.ALIKE)
        if (names == segment.value).any()
    ]
    return division, tuple(groups)


def _proven(judged: Judged, tenths: Sequence[Tenth], break_even: float) -> int:
    average, proven = float(judged.uplift.mean()), 0
    for tenth in tenths:
        if tenth.realised.low <= break_even or tenth.predicted <= average:
            break
        proven = tenth.number
    return proven


def _persuadables(rows: Bools, score: Floats, ranking: Ranking) -> Group:
    count = int(rows.sum())
    if count:
        lift = mean(score[rows])
        return Group(Segment.PERSUADABLES, count, lift, True, f"Treating them pays: {told(lift)} each")
    why = "no tenth's lift is shown to be worth its cost" if ranking.beats_random else "no differences were found"
    return Group(Segment.PERSUADABLES, 0, None, False, f"Not supported: {why}")


def _do_not_disturb(asleep: Bools, harm: Estimate | None, *, is_harmful: bool) -> Group:
    count = int(asleep.sum())
    if is_harmful and harm is not None:
        return Group(
            Segment.DO_NOT_DISTURB, count, harm, True, f"Treating them loses: {told(harm)} each. Do not treat them"
        )
    if harm is None:
        why = (
            f"a loss is foretold for {count:,} customers, too few to tell" if count else "a loss is foretold for nobody"
        )
    else:
        why = f"{count:,} customers are foretold a loss, and it is not borne out: {told(harm)} each"
    return Group(Segment.DO_NOT_DISTURB, 0, None, False, f"Not supported: {why}")


def _described(segment: Segment, rows: Bools, score: Floats) -> Group:
    words = {
        Segment.SURE_THINGS: "Would bring more than most untreated; no lift of theirs is shown",
        Segment.LOST_CAUSES: "Would bring less than most untreated; no lift of theirs is shown",
        Segment.ALIKE: "No differences in uplift were found: treat all alike",
    }
    return Group(segment, int(rows.sum()), mean(score[rows]), False, words[segment])


def around(at: Floats, uplift: Floats, score: Floats) -> tuple[Floats, Floats]:
    """Low and high of the average uplift of customers who are foretold `at`: the regression of the trial's scores on
    its foretold uplift, with errors that allow for unequal variance (White 1980).
    """
    from scipy.stats import norm

    reach = float(norm.ppf((1 + CONFIDENCE) / 2))
    centred = uplift - uplift.mean()
    spread = float(np.mean(centred**2))
    if spread < 1e-12 * max(1.0, float(np.mean(score**2))):
        everyone = mean(score)
        return np.full(len(at), everyone.low), np.full(len(at), everyone.high)
    slope = float(np.mean(centred * score)) / spread
    rest = score - score.mean() - slope * centred
    pulls = np.column_stack([np.ones_like(centred), centred / spread]) * rest[:, None]
    covariance = pulls.T @ pulls / len(uplift) ** 2
    asked = at - uplift.mean()
    error = np.sqrt(covariance[0, 0] + 2 * asked * covariance[0, 1] + asked**2 * covariance[1, 1])
    middle = score.mean() + slope * asked
    return middle - reach * error, middle + reach * error
