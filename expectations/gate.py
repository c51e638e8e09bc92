"""The public functions: run a suite as of a day, record the run, and stop data that must not be used."""

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from expectations.acceptance import with_acceptances
from expectations.marts import marts_suite, take_marts_statistics
from expectations.raw import raw_statistics, raw_suite
from expectations.report import GateFailedError, GateReport
from expectations.run_history import Baseline, Statistics, find_baseline, find_last, list_runs, record_run
from expectations.suites import Measures
from perennial.cadence import read_cadence
from perennial.database import Role, connect
from perennial.settings import load_settings
from perennial.telemetry_off import switch_off_usage_reporting


@dataclass(frozen=True)
class Suite:
    """A suite: how it finds the run to compare with, its measures, and the statistics kept for the next run."""

    name: str
    find_baseline: Callable[[date], Baseline | None]
    measures: Callable[[date, Baseline | None], list[Measures]]
    take_statistics: Callable[[date], Statistics]


# Events stay known once they are known, whatever the day; marts as of a day know nothing of the days after it.
RAW = Suite("raw", lambda _: find_last("raw"), raw_suite, raw_statistics)
MARTS = Suite("marts", lambda as_of: find_baseline("marts", as_of), marts_suite, take_marts_statistics)


def validate_raw(as_of: date, *, is_accepted: bool = False) -> GateReport:
    """Whether `raw.events` may be built from, as of the end of a day (UTC).

    Afterwards gate.runs has a row of the suite `raw` and Data Docs in the home a page for it, passed or not.
    `is_accepted`: a person has decided that the history changed for good reason; it is not compared with earlier runs,
    and later runs are compared with this one. Raises GateFailedError, whose message lists every critical failure, and
    GateBrokenError when a check could not run.
    """
    return _validate(RAW, as_of, is_accepted=is_accepted)


def validate_marts(as_of: date, *, is_accepted: bool = False) -> GateReport:
    """Whether the marts, built as of the end of a day (UTC), may be trained on, scored and published.

    Afterwards gate.runs has a row of the suite `marts` and Data Docs in the home a page for it, passed or not.
    `is_accepted` as in validate_raw. Raises GateFailedError, whose message lists every critical failure, and
    GateBrokenError when a check could not run.
    """
    return _validate(MARTS, as_of, is_accepted=is_accepted)


def _validate(suite: Suite, as_of: date, *, is_accepted: bool) -> GateReport:
    started = time.monotonic()
    switch_off_usage_reporting()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Great Expectations imports modules on their way out
        from expectations.checkpoint import run_checkpoint
        from expectations.data_docs import run_page, write_index, write_run

    site = load_settings().home / "data-docs"
    baseline = None if is_accepted else suite.find_baseline(as_of)
    validated = run_checkpoint(suite.name, as_of, suite.measures(as_of, baseline), site)
    checks = with_acceptances(validated.checks, as_of)
    statistics: dict[str, Any] = {**suite.take_statistics(as_of), "is_accepted": is_accepted}
    gate_run_id = record_run(suite.name, as_of, checks, statistics)
    report = GateReport(
        suite=suite.name,
        as_of=as_of,
        results=checks,
        seconds=time.monotonic() - started,
        data_docs=run_page(site, gate_run_id),
        compared_with=_compared_with(baseline, is_accepted=is_accepted),
        cadence=_cadence(as_of) if suite is MARTS else "",
    )
    write_run(site, gate_run_id, report, validated.pages)
    write_index(site, list_runs())
    if not report.is_success:
        raise GateFailedError(report)
    return report


def _cadence(as_of: date) -> str:
    with connect(Role.READER) as connection:
        found = read_cadence(connection, as_of)
    return found.sentences if found else ""


def _compared_with(baseline: Baseline | None, *, is_accepted: bool) -> str:
    if is_accepted:
        return "Accepted by hand: not compared with earlier runs."
    if baseline is None:
        return "The first good run up to this day: there is nothing yet to compare it with."
    return f"Compared with the good run as of {baseline.as_of}."
