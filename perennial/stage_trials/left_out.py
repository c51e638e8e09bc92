"""Who entered a stage's audience and is not analysed, and whether the arms are still comparable without them."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psycopg
from scipy import stats

from perennial.holdout import MEMBERS_SQL, Clusters
from perennial.stage_trials.cohort_queries import ARMS_SQL, HOLDOUT, LEFT_OUT_SQL, MESSAGED

ALARM = 0.001  # as for the sizes of the arms: it is looked at in every analysis, and an alarm stops one


@dataclass(frozen=True)
class LeftOut:
    """`without_consent` entered without consent to training. `withdrawn`, by arm: how many of those whose horizon has
    closed withdrew it since, and how many there were.

    `in_both_arms`: the persons (representatives of clusters) of whom one id was messaged and another held out, because
    they turned out to be tied after both were drawn; `count_clusters` is of how many that could have been so.
    `share_held` is the share by which they were drawn.
    """

    without_consent: int
    withdrawn: dict[str, tuple[int, int]]
    in_both_arms: frozenset[str]
    count_clusters: int
    share_held: float

    @property
    def doubt(self) -> str | None:
        """Why the arms cannot be compared without them, in a sentence; None where they can."""
        if self._withdrawal_p_value() < ALARM:
            messaged, held = (f"{gone:,} of {count:,}" for gone, count in self._by_arm())
            return (
                "consent to training was withdrawn more in one arm than chance allows "
                f"({messaged} messaged, {held} held out), so those who are left are no longer alike"
            )
        if self._meeting_p_value() < ALARM:
            return (
                f"{len(self.in_both_arms):,} of {self.count_clusters:,} persons known under several ids are in both "
                "arms, more than draws that met by chance"
            )
        return None

    def __str__(self) -> str:
        gone = sum(count for count, _ in self.withdrawn.values())
        counts = {
            "without consent to training at entry": self.without_consent,
            "who withdrew it since": gone,
            "in both arms": len(self.in_both_arms),
        }
        return ", ".join(f"{count:,} {words}" for words, count in counts.items() if count)

    def _by_arm(self) -> tuple[tuple[int, int], tuple[int, int]]:
        return self.withdrawn[MESSAGED], self.withdrawn[HOLDOUT]

    def _withdrawal_p_value(self) -> float:
        """Fisher's exact test of withdrawn by arm."""
        table = [[gone, count - gone] for gone, count in self._by_arm()]
        return float(stats.fisher_exact(table).pvalue)

    def _meeting_p_value(self) -> float:
        """Of two draws, one holds out with probability 2 s (1 - s); of draws made together, never."""
        probability = 2 * self.share_held * (1 - self.share_held)
        return float(stats.binom.sf(len(self.in_both_arms) - 1, self.count_clusters, probability))


def read_left_out(
    connection: psycopg.Connection[Any], parameters: dict[str, Any], clusters: Clusters, share_held: float
) -> LeftOut:
    """Of the stage, moment and horizon in `parameters`, as the queries of the cohort take them."""
    (without_consent,) = connection.execute(LEFT_OUT_SQL, parameters).fetchone() or (0,)
    entered = connection.execute(ARMS_SQL, parameters).fetchall()
    closed = Counter(_arm(is_held) for _, is_held, _, is_closed in entered if is_closed)
    gone = Counter(_arm(is_held) for _, is_held, stands, is_closed in entered if is_closed and not stands)
    held = [(customer_id, True) for (customer_id,) in connection.execute(MEMBERS_SQL, parameters)]
    arms = _arms(clusters, [*held, *((customer_id, is_held) for customer_id, is_held, *_ in entered)])
    entered_clusters = {clusters.representative(customer_id) for customer_id, *_ in entered} & arms.keys()
    return LeftOut(
        without_consent=int(without_consent),
        withdrawn={arm: (gone[arm], closed[arm]) for arm in (MESSAGED, HOLDOUT)},
        in_both_arms=frozenset(person for person in entered_clusters if len(arms[person]) > 1),
        count_clusters=len(entered_clusters),
        share_held=share_held,
    )


def _arm(is_held: bool) -> str:
    return HOLDOUT if is_held else MESSAGED


def _arms(clusters: Clusters, drawn: Iterable[tuple[str, bool]]) -> dict[str, set[bool]]:
    """The arms that the ids of each cluster of several ids are in."""
    arms: dict[str, set[bool]] = defaultdict(set)
    for customer_id, is_held in drawn:
        if customer_id in clusters.of:
            arms[clusters.representative(customer_id)].add(is_held)
    return arms
