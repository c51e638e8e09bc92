"""A person accepts a finding of the gate for a stated time: it is shown with every run that it lets through."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import psycopg

from expectations.activity import Activity
from expectations.catalog import FEATURES, Marts
from expectations.gaps import find_all_gaps
from expectations.marts import complete_suite
from expectations.marts_history import RunComparison
from expectations.raw import raw_measures
from expectations.report import Check
from expectations.run_history import Baseline
from perennial.as_of import default_day
from perennial.database import Role, connect
from perennial.gate_runs import GateAcceptance, read_acceptances
from perennial.lifecycle import load_lifecycle
from perennial.tables import GATE_ACCEPTANCES


def check_names() -> list[str]:
    """Every check of both suites, with and without an earlier run."""
    day = date(2000, 1, 1)
    history = Baseline(0, day, {"count_days": 10_000, "every": 1})
    nothing = Activity(day, day, load_lifecycle().closed, np.zeros(0, dtype=bool), ())
    raw = raw_measures(day, history, nothing, find_all_gaps(nothing))
    measures = [
        *raw,
        *complete_suite(
            Marts(day, {FEATURES: {}}, 0),
            RunComparison(history, is_same_code=True, has_same_horizons=True, disturbance=None),
        ),
    ]
    return sorted({bound.name for each in measures for bound in each.bounds})


def accept_finding(check: str, until: date, why: str, accepted_by: str) -> GateAcceptance:
    """A check may fail in runs as of days up to `until`; recorded in gate.acceptances, once for the same words.

    A later acceptance of the same check takes its place. Raises ValueError where there is no such check, no reason, or
    `until` is before the newest day that events have made.
    """
    names = check_names()
    if check not in names:
        raise ValueError(f"There is no check '{check}'. There are: {'; '.join(names)}.")
    if not why.strip():
        raise ValueError("Say why: the reason is shown with every run that this lets through.")
    if until < (newest := default_day().as_of):
        raise ValueError(f"{until} is over: the newest day that events have made is {newest}. Choose a later day.")
    with connect(Role.PUBLISHER) as connection:
        connection.execute(f"lock table {GATE_ACCEPTANCES} in share row exclusive mode")
        if found := [one for one in _newest(connection, check) if (one.until_on, one.why) == (until, why.strip())]:
            return found[0]
        connection.execute(
            f"insert into {GATE_ACCEPTANCES} (check_name, until_on, why, accepted_by) values (%s, %s, %s, %s)",
            [check, until, why.strip(), accepted_by],
        )
        return _newest(connection, check)[0]


def _newest(connection: psycopg.Connection[Any], check: str) -> list[GateAcceptance]:
    return [one for one in read_acceptances(connection) if one.check == check]


def with_acceptances(checks: list[Check], as_of: date) -> list[Check]:
    """The checks, each failed one with the acceptance that still holds on the day."""
    with connect(Role.READER) as connection:
        held = {one.check: str(one) for one in read_acceptances(connection) if as_of <= one.until_on}
    return [check if check.is_success else replace(check, accepted=held.get(check.name)) for check in checks]
