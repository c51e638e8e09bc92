"""What must hold of single shapes: each figure by its sentence, with its aim."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
from shape_figures import query
from shape_truth import Planted

Figures = dict[str, Any]
_LATE, _WEEK, _RENEWAL = 5, 7, 30
_MOVES = 1 / 3


def subscription(planted: Planted, _: Figures) -> Figures:
    """Over the weekly snapshots, of all of the history and of its second half, when the cadence is known."""
    half = planted.as_of - timedelta(days=planted.size["days"] // 2)
    return {**_renewals("", date.min), **_renewals("second half: ", half)}


def _renewals(when: str, after: date) -> Figures:
    """A snapshot a week: everyone who missed a renewal is seen once."""
    first, last = _RENEWAL + _LATE, _RENEWAL + _LATE + _WEEK
    [(missed, missed_in, others, others_in)] = query(
        "select count(*) filter (where days_since_last_order >= %s and days_since_last_order < %s),"
        " count(*) filter (where days_since_last_order >= %s and days_since_last_order < %s and stage = 'retention'),"
        " count(*) filter (where days_since_last_order <= %s),"
        " count(*) filter (where days_since_last_order <= %s and stage = 'retention') "
        "from marts.customer_stages where extract(isodow from snapshot_on) = 7 and snapshot_on > %s",
        first, last, first, last, _RENEWAL, _RENEWAL, after,
    )  # fmt: skip
    return {
        f"{when}5 to 11 days past a missed renewal ({missed:,}), share in retention (aim 90 %)": missed_in / missed,
        f"{when}no renewal missed ({others:,}), share in retention (aim at most 5 %)": others_in / others,
    }


def growing(_: Planted, cadence: Figures) -> Figures:
    """The usual gap at three weeks, and how steady the thresholds were on the way."""
    usual, planted = cadence["usual_gap_days"], cadence["planted_gap_days"]
    return {
        f"usual gap / planted {planted:.3g} days (aim 0.75 to 1.25)": usual / planted if usual else None,
        f"largest weekly movement of a threshold: {cadence['largest_movement_of']} (aim at most {_MOVES:.3f})": cadence[
            "largest_movement"
        ],
    }


def yearly(planted: Planted, _: Figures) -> Figures:
    """Nobody who is silent for longer than one and a half own gaps is new or active."""
    rows = query(
        "select customer_id from marts.customer_stages "
        "where snapshot_on = %s and stage in ('onboarding', 'engagement')",
        planted.as_of,
    )
    inside = np.isin(planted.ids, [customer for (customer,) in rows])
    columns = planted.columns
    late = (columns["count_orders"] > 0) & (columns["days_silent"] > 1.5 * columns["own_gap_days"])
    return {
        f"silent for 1.5 own gaps ({late.sum():,}), in onboarding or engagement (aim 0)": int((late & inside).sum())
    }


def once(_: Planted, cadence: Figures) -> Figures:
    """Whether the cadence is known, and from how many gaps."""
    usual = cadence["usual_gap_days"]
    return {
        f"usual gap, of {cadence['count_gaps']:,.0f} gaps (aim: not known)": "not known" if usual is None else usual
    }


def closed_days(planted: Planted, _: Figures) -> Figures:
    """Consecutive snapshots with no open day between them: who changes stage there does so by closed days alone."""
    [(changed, seen)] = query(
        "with compared as (select snapshot_on, stage,"
        " lag(snapshot_on) over history as before_on, lag(stage) over history as stage_before"
        " from marts.customer_stages window history as (partition by customer_id order by snapshot_on)) "
        "select count(*) filter (where stage <> stage_before), count(*) from compared where not exists ("
        "select from generate_series(before_on + 1, snapshot_on, interval '1 day') as days (day)"
        " where day::date <> all(%s)) and before_on is not null",
        planted.closed_days,
    )
    return {f"changes of stage through closed days alone, of {seen:,} (aim 0)": changed}


ACCEPTANCE: dict[str, Callable[[Planted, Figures], Figures]] = {
    "subscription": subscription,
    "growing": growing,
    "yearly": yearly,
    "once": once,
    "closed_days": closed_days,
}
