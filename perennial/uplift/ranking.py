"""How well customers are ordered by uplift: the curve of gains, the area under it, and what it has above random's.

Qini curve and coefficient after Radcliffe (2007), area under the uplift curve after Gutierrez & Gérardy (2017), both
from doubly robust scores (Yadlowsky, Fleming, Shah, Brunskill & Wager 2021), so that given probabilities of treatment
are accounted for.
"""

import numpy as np

from perennial.uplift.arrays import Floats
from perennial.uplift.means import CONFIDENCE, mean
from perennial.uplift.results import CurvePoint, Estimate, Ranking, Tenth

TENTHS = 10
POINTS = 20
DRAWS = 1_000
# Rows are drawn in bags: sums over random bags are as independent as rows, and 10 million rows cost no more than these.
MOST_BAGS = 5_000
# Where effects do not differ, each two customers of different folds count twice: one teaches and the other judges, and
# the other way round. The variance of what looks like an order is then twice that of drawing customers to judge by.
WIDENED = np.sqrt(2)


def rank_value(rank: Floats, score: Floats, seed: int) -> Ranking:
    """The areas with bootstrap intervals, drawn from customers; the learners are taken as they are."""
    # Treating the best share q gains E[score, rank < q]; over all q from 0 to 1 that is E[score (1 - rank)], of which
    # random has E[score] / 2.
    drawn = _bootstrap(np.column_stack([score / 2, score * (0.5 - rank)]), seed)
    average, above = float(score.mean()), float(np.mean(score * (0.5 - rank)))
    qini = above + WIDENED * (drawn[:, 1] - above)
    auuc = drawn[:, 0] + qini
    points = tuple(
        CurvePoint(share, mean(score * (rank < share)), share * average)
        for share in np.linspace(0, 1, POINTS + 1).tolist()
    )
    return Ranking(
        auuc=_middle(average / 2 + above, auuc),
        auuc_random=average / 2,
        qini=_middle(above, qini),
        beats_random=_middle(above, qini).is_above_zero,
        curve=points,
    )


def _bootstrap(parts: Floats, seed: int) -> Floats:
    """The mean of every column in each draw, (draws, columns)."""
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


def _middle(value: float, draws: Floats) -> Estimate:
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    return Estimate(value, float(low), float(high))


def tenth_of(rank: Floats) -> Floats:
    """1 for the tenth with the most uplift, 10 for that with the least."""
    numbers: Floats = np.minimum(np.floor(rank * TENTHS), TENTHS - 1) + 1
    return numbers


def tenths(rank: Floats, uplift: Floats, score: Floats) -> tuple[Tenth, ...]:
    """Predicted against realised lift of each tenth."""
    number = tenth_of(rank)
    return tuple(
        Tenth(
            number=tenth,
            customers=int((number == tenth).sum()),
            predicted=float(uplift[number == tenth].mean()),
            realised=mean(score[number == tenth]),
        )
        for tenth in range(1, TENTHS + 1)
    )
