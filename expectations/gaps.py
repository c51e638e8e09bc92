"""Days on which far fewer events came than usual: silent weekdays, and gaps that are over or still last.

Usual is the median of the same weekday over the 8 weeks before, without closed days and gaps; in the first three weeks
of a history, of the open days before.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from expectations.activity import BEHAVIOUR, Activity, Counts, Flags, Part
from perennial.closures import WEEKDAYS

WEEKS = 8
NEARLY_NONE = 0.1
FEWEST_WEEKS = 2
FEWEST_DAYS = 3
"""Fewer are no pattern."""
YOUNG_DAYS = 21
ENOUGH_EVENTS = 20
"""Where fewer are usual, random variation is too large to conclude from."""


@dataclass(frozen=True)
class Gap:
    """Days, the last included, with `share` of the usual events of a part; `is_over` when others came since."""

    part: str
    first: date
    last: date
    share: float
    is_over: bool

    def __str__(self) -> str:
        days = f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"
        return f"{days}, {self.part}"


@dataclass(frozen=True)
class PartGaps:
    """The gaps of one part, and which days lie within one that is over."""

    gaps: tuple[Gap, ...]
    is_gap: Flags


def find_gaps(activity: Activity, part: Part, expected: Flags) -> PartGaps:
    """Runs of `expected` days with at most a share of NEARLY_NONE, on which together ENOUGH_EVENTS are usual."""
    counts = so_far_on_last_day(part)
    is_gap = np.zeros(len(counts), dtype=bool)
    usual = np.zeros(len(counts))
    gaps: list[Gap] = []
    run: list[int] = []
    for index in range(1, len(counts)):
        usual[index] = usual_count(part, expected & ~is_gap, index)
        # Closed days, and weekdays on which never anything comes, neither begin nor end a gap.
        if not expected[index] or not usual[index]:
            continue
        if counts[index] <= NEARLY_NONE * usual[index]:
            run.append(index)
            continue
        if usual[run].sum() >= ENOUGH_EVENTS:
            is_gap[run] = True
            gaps.append(_gap(activity, part, run, usual, is_over=True))
        run = []
    if usual[run].sum() >= ENOUGH_EVENTS:
        gaps.append(_gap(activity, part, run, usual, is_over=False))
    return PartGaps(tuple(gaps), is_gap)


def _gap(activity: Activity, part: Part, run: list[int], usual: Counts, *, is_over: bool) -> Gap:
    share = so_far_on_last_day(part)[run].sum() / usual[run].sum()
    return Gap(part.name, activity.day(run[0]), activity.day(run[-1]), float(share), is_over)


def so_far_on_last_day(part: Part) -> Counts:
    """The counts, of the last day those up to the time of the newest event, as those it is compared with."""
    return np.append(part.counts[:-1], part.counts_so_far[-1])


def usual_count(part: Part, is_usable: Flags, index: int) -> float:
    """How many events are usual on a day, up to the time of day of the newest if it is the last; 0 if not known."""
    counts = part.counts_so_far if index == len(part.counts) - 1 else part.counts
    # Of its first day the history may hold a part only.
    weeks = [day for day in range(index - 7, max(0, index - 7 * WEEKS - 1), -7) if is_usable[day]]
    if len(weeks) >= FEWEST_WEEKS:
        return float(np.median(counts[weeks]))
    days = [day for day in range(1, index) if is_usable[day]] if index <= YOUNG_DAYS else []
    return float(np.median(counts[days])) if len(days) >= FEWEST_DAYS else 0.0


def silent_weekdays(activity: Activity, part: Part) -> list[tuple[int, float]]:
    """Weekdays (ISO) that are not closed by the settings, on which nearly nothing comes: each with its share.

    Over the newest 8 weeks, of which at least 4 must be known; the share is that of the median of the other weekdays.
    """
    days = np.arange(max(1, len(part.counts) - 7 * WEEKS), len(part.counts))
    days = days[activity.is_open[days]]
    weekdays = np.array([activity.day(int(day)).isoweekday() for day in days], dtype=int)
    means = {
        weekday: float(part.counts[days[weekdays == weekday]].mean())
        for weekday in range(1, 8)
        if (weekdays == weekday).sum() >= WEEKS // 2
    }
    found = []
    for weekday, mean in means.items():
        others = [other for day, other in means.items() if day != weekday]
        usual = float(np.median(others)) if others else 0.0
        if usual * (weekdays == weekday).sum() >= ENOUGH_EVENTS and mean <= NEARLY_NONE * usual:
            found.append((weekday, mean / usual))
    return found


@dataclass(frozen=True)
class SilentWeekday:
    """A weekday (ISO) with nearly no events of a part, as a share of the other weekdays."""

    part: str
    weekday: int
    share: float

    def __str__(self) -> str:
        return f"every {WEEKDAYS[self.weekday - 1]}, {self.part}"


@dataclass(frozen=True)
class ActivityGaps:
    """What looks like a closure or an outage and stands nowhere."""

    by_part: dict[str, PartGaps]
    weekdays: tuple[SilentWeekday, ...]

    @property
    def over(self) -> list[Gap]:
        return [gap for gap in self._all() if gap.is_over]

    @property
    def lasting(self) -> list[Gap]:
        return [gap for gap in self._all() if not gap.is_over]

    def _all(self) -> list[Gap]:
        found = [gap for part in self.by_part.values() for gap in part.gaps]
        wide = [gap for gap in found if gap.part == BEHAVIOUR]
        return wide + [
            gap
            for gap in found
            if gap.part != BEHAVIOUR and not any(w.first <= gap.first and gap.last <= w.last for w in wide)
        ]


def find_all_gaps(activity: Activity) -> ActivityGaps:
    """The gaps and silent weekdays of every part."""
    weekdays: dict[int, SilentWeekday] = {}
    by_part = {}
    for part in activity.parts:
        silent = dict(silent_weekdays(activity, part))
        is_silent = np.array([activity.day(day).isoweekday() in silent for day in range(len(part.counts))])
        by_part[part.name] = find_gaps(activity, part, activity.is_open & ~is_silent)
        for weekday, share in silent.items():
            weekdays.setdefault(weekday, SilentWeekday(part.name, weekday, share))
    return ActivityGaps(by_part, tuple(weekdays[weekday] for weekday in sorted(weekdays)))
