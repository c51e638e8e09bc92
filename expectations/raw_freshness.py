"""Whether the newest events are there: silence in open days, and the newest day and week beside usual ones."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from expectations.activity import BEHAVIOUR, ORDERS, Activity, Flags, Part
from expectations.catalog import literal
from expectations.gaps import ENOUGH_EVENTS, NEARLY_NONE, WEEKS, ActivityGaps, PartGaps, so_far_on_last_day, usual_count
from expectations.suites import Measures, critical, days, share, warning
from perennial.closures import Range

FEWEST_DAYS = 3
"""A week of fewer open days is not compared with others."""
RECENT_DAYS = 63
ACTIVE_DAYS = 10
MISSED_EVENTS = 7
"""Silence in which fewer were to be expected is random variation once in a thousand times."""
LATELY_WEEKS = 3
SURE_DEVIATIONS = 4
"""Of a Poisson count."""
ACCEPTED_DAYS = 7
DELIVER = "If there is more, ingest it (nothing is loaded twice) and run again."


@dataclass(frozen=True)
class Freshness:
    """The measures of one part; None where there is too little to compare with."""

    part: str
    days_silent: float | None
    days_beyond_usual: float | None
    share_of_usual_week: float | None
    share_of_lately: float | None
    share_of_usual_day: float | None


def measure_freshness(activity: Activity, gaps: ActivityGaps) -> list[Freshness]:
    """One row for all behaviour, one for orders."""
    return [_of_part(activity, part, gaps.by_part[part.name]) for part in activity.parts]


def _of_part(activity: Activity, part: Part, gaps: PartGaps) -> Freshness:
    silent, usual = activity.open_days_since(part.newest_at), _usual_silence(activity, part, gaps)
    return Freshness(
        part.name,
        silent if usual is not None else None,
        max(0.0, silent - usual) if usual is not None else None,
        *_shares_of_week(activity, part, gaps),
        _share_of_usual_day(activity, part, gaps),
    )


def _usual_silence(activity: Activity, part: Part, gaps: PartGaps) -> float | None:
    """In open days; all behaviour has one, another part only where it occurs on enough days."""
    recent = np.arange(max(0, len(part.counts) - RECENT_DAYS), len(part.counts))
    active = recent[part.counts[recent] > 0]
    if part.name != BEHAVIOUR and len(active) < ACTIVE_DAYS:
        return None
    usable = activity.is_open & ~gaps.is_gap
    gap = float(np.diff(np.cumsum(usable)[active]).max(initial=1))
    a_day = float(part.counts[recent].sum() / max(1, usable[recent].sum()))
    return max(2.0, 1.5 * gap, MISSED_EVENTS / a_day if a_day else 0.0)


def _shares_of_week(activity: Activity, part: Part, gaps: PartGaps) -> tuple[float | None, float | None]:
    """The newest week as a share of the median of the 8 before, and of the newest 3 of these if they are lower.

    The second is None where random variation may explain it: what declines slowly, or is rare, is not missing.
    """
    usable, size = activity.is_open & ~gaps.is_gap, len(part.counts)
    newest = [day for day in range(size - 7, size) if day >= 0 and usable[day]]
    weeks = _weeks_before(part, usable, newest) if len(newest) >= FEWEST_DAYS else []
    usual = float(np.median(weeks)) if weeks else 0.0
    if usual < ENOUGH_EVENTS:
        return None, None
    count = float(so_far_on_last_day(part)[newest].sum())
    lately = min(usual, float(np.median(weeks[:LATELY_WEEKS])))
    is_sure = count < lately - SURE_DEVIATIONS * lately**0.5
    return count / usual, count / lately if is_sure else None


def _weeks_before(part: Part, usable: Flags, newest: list[int]) -> list[float]:
    """Events on the same days of each of the weeks before, newest first; those with too few open days are left out."""
    size, weeks = len(part.counts), []
    for number in range(1, WEEKS + 1):
        same = [day - 7 * number for day in newest]
        if same[0] < 0:
            break
        known = [day for day in same if usable[day]]
        if len(known) >= FEWEST_DAYS:
            is_so_far = newest[-1] == size - 1 and usable[same[-1]]
            later = float((part.counts - part.counts_so_far)[same[-1]]) if is_so_far else 0.0
            weeks.append((float(part.counts[known].sum()) - later) * len(newest) / len(known))
    return weeks


def _share_of_usual_day(activity: Activity, part: Part, gaps: PartGaps) -> float | None:
    """Of the newest open day on which enough is usual: the last, as far as it has gone, or the one before."""
    usable, size = activity.is_open & ~gaps.is_gap, len(part.counts)
    for day in range(size - 1, max(0, size - 3), -1):
        usual = usual_count(part, usable, day) if usable[day] else 0.0
        if usual >= ENOUGH_EVENTS:
            return float(so_far_on_last_day(part)[day] / usual)
    return None


def orders_on_closed_days(activity: Activity) -> float | None:
    """Orders on a closed day of the newest weeks as a share of those on an open one; None without closed days."""
    part = next((part for part in activity.parts if part.name == ORDERS), None)
    if part is None:
        return None
    counts, is_open = part.counts[-RECENT_DAYS:], activity.is_open[-RECENT_DAYS:]
    usual = float(np.median(counts[is_open])) if is_open.any() else 0.0
    is_enough = usual * (~is_open).sum() >= ENOUGH_EVENTS
    return float(counts[~is_open].mean() / usual) if is_enough else None


def freshness(activity: Activity, gaps: ActivityGaps) -> Measures:
    """The newest events: a query of constants, since all of it was counted at once (`raw_days.sql`)."""
    columns = "part, days_silent, days_beyond_usual, share_of_usual_week, share_of_lately, share_of_usual_day"
    rows = [
        f"({literal(row.part)}, {_number(row.days_silent)}, {_number(row.days_beyond_usual)}, "
        f"{_number(row.share_of_usual_week)}, {_number(row.share_of_lately)}, {_number(row.share_of_usual_day)})"
        for row in measure_freshness(activity, gaps)
    ]
    advice = _Advice(activity, gaps)
    return Measures(
        "raw-freshness",
        "-- From raw_days.sql, by expectations/raw_freshness.py. One row for all behaviour, one for orders.\n"
        f"select {columns} from (values\n" + ",\n".join(rows) + f"\n) as measured ({columns})",
        [
            critical(
                "events reach up to the day",
                "days_beyond_usual",
                "no longer silence before the day's end than is usual here (1.5 times the longest, at least 2 days and "
                f"{MISSED_EVENTS} usual events), in open days",
                "Ingest the newest events if there are any, or choose an earlier day, `perennial run --as-of DAY`; "
                "`perennial run` alone takes the newest that events have made. "
                + advice.for_silence("events reach up to the day"),
                at_most=0,
                show=days,
            ),
            critical(
                "the newest week is not half empty",
                "share_of_lately",
                "at least {bound} of a usual week's events in the newest seven days, as far as they were open, "
                "and of those of the weeks just before",
                f"{DELIVER} {advice.for_gaps('the newest week is not half empty')}",
                at_least=0.5,
                show=share,
            ),
            warning(
                "the newest week is not thin",
                "share_of_usual_week",
                "at least {bound} of a usual week's events in the newest seven days, as far as they were open",
                "A slow week, or a part of it has not arrived.",
                at_least=0.75,
                show=share,
            ),
            critical(
                "the newest day is not nearly empty",
                "share_of_usual_day",
                "at least {bound} of the events usual on such a weekday on the newest day, as far as it has gone",
                f"{DELIVER} {advice.for_gaps('the newest day is not nearly empty')}",
                at_least=0.2,
                show=share,
            ),
            warning(
                "the newest day is not thin",
                "share_of_usual_day",
                "at least {bound} of the events usual on such a weekday on the newest day, as far as it has gone",
                "A holiday, or a part of the day has not arrived.",
                at_least=0.5,
                show=share,
            ),
            warning(
                "no surge in the newest week",
                "share_of_usual_week",
                "at most {bound} of a usual week's events in the newest seven days, as far as they were open",
                "A very busy week, or a sender repeats itself under new message ids.",
                at_most=3,
                show=share,
            ),
        ],
    )


def closures(activity: Activity, gaps: ActivityGaps) -> Measures:
    """ActivityGaps and silent weekdays that stand nowhere, and closed days on which orders come."""
    found = [(str(each), each.share) for each in gaps.weekdays] + [(str(gap), gap.share) for gap in gaps.over]
    silent = [f"({literal(name)}, {share_found!r}, null)" for name, share_found in found]
    busy = f"('closed days of the newest {RECENT_DAYS}', null, {_number(orders_on_closed_days(activity))})"
    return Measures(
        "raw-closures",
        "-- From raw_days.sql, by expectations/gaps.py. One row per gap or weekday, and one for the closed days.\n"
        "select part, share_of_usual::double precision, share_when_closed::double precision from (values\n"
        + ",\n".join([*silent, busy])
        + "\n) as found (part, share_of_usual, share_when_closed)",
        [
            warning(
                "days without events are known closures",
                "share_of_usual",
                "more than {bound} of the usual events on each day that is not closed by lifecycle.yml",
                _Advice(activity, gaps).for_past("days without events are known closures"),
                at_least=NEARLY_NONE + 1e-9,
                show=share,
            ),
            warning(
                "nobody orders on closed days",
                "share_when_closed",
                "at most {bound} of the orders of an open day",
                "Days that are closed count as no silence: take those on which people order out of `closed` in "
                "lifecycle.yml.",
                at_most=NEARLY_NONE,
                show=share,
            ),
        ],
    )


@dataclass(frozen=True)
class _Advice:
    """What to type about a silence, with the very line."""

    activity: Activity
    gaps: ActivityGaps

    def for_silence(self, check: str) -> str:
        last_on = self.activity.last_on
        silent = last_on + timedelta(days=1), self.activity.as_of
        lasting = [(gap.first, gap.last) for gap in self.gaps.lasting]
        return self._words(check, [*lasting, *([silent] if silent[0] <= silent[1] else [])])

    def for_gaps(self, check: str) -> str:
        return self._words(check, [(gap.first, gap.last) for gap in self.gaps.lasting])

    def for_past(self, check: str) -> str:
        found = [(gap.first, gap.last) for gap in self.gaps.over]
        weekdays = [each.weekday for each in self.gaps.weekdays]
        return self._words(check, found, weekdays)

    def _words(self, check: str, ranges: list[Range], weekdays: list[int] | None = None) -> str:
        until = self.activity.as_of + timedelta(days=ACCEPTED_DAYS)
        accept = f'`perennial gate accept "{check}" --until {until} --why "..."`'
        if not ranges and not weekdays:
            return f"If there is no more, accept it: {accept}."
        line = self.activity.closed.line_with(weekdays or (), ranges)
        return (
            f"If nobody could order then, put this into lifecycle.yml in place of its `closed`: `{line}`. "
            f"If it was an outage, and nothing is left to ingest, that line is right too; or accept it: {accept}."
        )


def _number(value: float | None) -> str:
    return "null::double precision" if value is None else f"{value!r}::double precision"
