"""How well customers are ranked by uplift: the curve of gains, the area under it, and its excess over a random ranking.

Qini curve and coefficient after Radcliffe (2007), area under the uplift curve after Gutierrez & Gérardy (2017), both
from doubly robust scores (Yadlowsky, Fleming, Shah, Brunskill & Wager 2021, Evaluating treatment prioritization rules
via rank-weighted average treatment effects), so that given propensities are accounted for.
"""

import numpy as np

from perennial.statistics import CONFIDENCE, Floats, Interval, t_interval
from perennial.uplift.results import CurvePoint, Decile, Ranking

DECILES = 10
CURVE_STEPS = 20
DRAWS = 1_000
# Rows are resampled in bags: sums over random bags are as independent as rows, and 10 million rows cost no more than
# these.
MOST_BAGS = 5_000
# Where effects are homogeneous, each two customers of different folds count twice: one fits and the other evaluates,
# and the reverse. The variance of an apparent ranking is then twice that of resampling the evaluated customers.
INTERVAL_INFLATION = np.sqrt(2)


def evaluate_ranking(rank: Floats, scores: Floats, seed: int) -> Ranking:
    """The areas with bootstrap intervals over customers, the learned ranking taken as fixed.

    `rank` (rows,) from 0, the most uplift, to 1; `scores` (rows,) doubly robust, in units of the outcome, as the areas
    are, per customer.
    """
    # Treating the best share q gains E[score, rank < q]; over all q from 0 to 1 that is E[score (1 - rank)], of which
    # a random ranking has E[score] / 2.
    drawn = _bootstrap(np.column_stack([scores / 2, scores * (0.5 - rank)]), seed)
    average, excess = float(scores.mean()), float(np.mean(scores * (0.5 - rank)))
    qini = excess + INTERVAL_INFLATION * (drawn[:, 1] - excess)
    auuc = drawn[:, 0] + qini
    points = tuple(
        CurvePoint(share, t_interval(scores * (rank < share)), share * average)
        for share in np.linspace(0, 1, CURVE_STEPS + 1).tolist()
    )
    return Ranking(
        auuc=_percentile_interval(average / 2 + excess, auuc),
        auuc_random=average / 2,
        qini=_percentile_interval(excess, qini),
        beats_random=_percentile_interval(excess, qini).is_above_zero,
        curve=points,
    )


def _bootstrap(parts: Floats, seed: int) -> Floats:
    """The mean of every column of `parts` (rows, columns) in each draw, (draws, columns)."""
    random = np.random.default_rng([seed, 3])
    bags = min(len(parts), MOST_BAGS)
    bag = random.permutation(len(parts)) % bags
    sums = np.column_stack([np.bincount(bag, part, bags) for part in parts.T])
    sizes = np.bincount(bag, minlength=bags)
    draws = np.empty((DRAWS, parts.shape[1]))
    for number in range(DRAWS):
        times = np.bincount(random.integers(0, bags, bags), minlength=bags)
        draws[number] = times @ sums / (times @ sizes)
    return draws


def _percentile_interval(estimate: float, draws: Floats) -> Interval:
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    return Interval(estimate, float(low), float(high))


def decile_of(rank: Floats) -> Floats:
    """1 for the decile with the most uplift, 10 for that with the least; `rank` (rows,) from 0 to 1."""
    numbers: Floats = np.minimum(np.floor(rank * DECILES), DECILES - 1) + 1
    return numbers


def evaluate_deciles(rank: Floats, uplift: Floats, scores: Floats) -> tuple[Decile, ...]:
    """Predicted against realised lift of each decile; all (rows,), `uplift` and `scores` in units of the outcome."""
    number = decile_of(rank)
    return tuple(
        Decile(
            number=decile,
            customers=int((number == decile).sum()),
            predicted=float(uplift[number == decile].mean()),
            realised=t_interval(scores[number == decile]),
        )
        for decile in range(1, DECILES + 1)
    )
