"""The gate's run history: a run records its statistics in gate.runs, and the next is compared with the last good one.

Older versions of the gate wrote rows too. Keys of statistics never change; checks that were renamed are read under
their present name.
"""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, LiteralString

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from expectations.report import Check, Severity
from perennial.database import Role, connect
from perennial.gate_runs import GateFailure

Statistics = dict[str, Any]

RENAMED_CHECKS = {
    "no order dwarfs the rest": "no order dominates revenue",
    "features are spread as they were": "feature distributions are stable",
    "no feature has become another": "no feature distribution has changed entirely",
    "the past stays as it was": "features of past days are unchanged",
    "labels say what happened": "labels agree with a recount",
    "labels are about their stage": "labels belong to their stage",
    "no feature tells the outcome by itself": "no single feature predicts the outcome",
    "the recount saw customers": "the recount covers customers",
    "no key stands twice": "no key is repeated",
    "no flood in the newest week": "no surge in the newest week",
}
"""Names of checks in rows of earlier versions, each with its present one."""


@dataclass(frozen=True)
class Baseline:
    """The good run that this one is compared with."""

    gate_run_id: int
    as_of: date
    statistics: Statistics = field(repr=False)

    @property
    def newest_load_id(self) -> int:
        return int(self.statistics.get("newest_load_id", -1))


def find_last(suite: str) -> Baseline | None:
    """The good run of the newest day since the last one accepted by hand: the run that knew the most events."""
    query = """
        select gate_run_id, as_of, statistics
        from gate.runs
        where suite = %(suite)s and is_success
            and gate_run_id >= (
                select coalesce(max(gate_run_id), 0) from gate.runs
                where suite = %(suite)s and is_success and statistics ->> 'is_accepted' = 'true'
            )
        order by as_of desc, gate_run_id desc
        limit 1
    """
    return _find(query, suite=suite)


def find_baseline(suite: str, as_of: date) -> Baseline | None:
    """The last good run of an earlier day, else of the same day; none older than the last one accepted by hand.

    An earlier day comes first, so that running a day again is compared as it was the first time. A run of a later day
    is never used: a backfill knows nothing of later days.
    """
    query = """
        select gate_run_id, as_of, statistics
        from gate.runs
        where suite = %(suite)s and is_success and as_of <= %(as_of)s
            and gate_run_id >= (
                select coalesce(max(gate_run_id), 0) from gate.runs
                where suite = %(suite)s and is_success and as_of <= %(as_of)s and statistics ->> 'is_accepted' = 'true'
            )
        order by as_of < %(as_of)s desc, as_of desc, gate_run_id desc
        limit 1
    """
    return _find(query, suite=suite, as_of=as_of)


def _find(query: LiteralString, **values: object) -> Baseline | None:
    with connect(Role.READER) as connection, connection.cursor(row_factory=class_row(Baseline)) as cursor:
        return cursor.execute(query, values).fetchone()


@dataclass(frozen=True)
class GateRun:
    """A row of gate.runs, as the index of Data Docs shows it; `failures` name checks by their present names."""

    gate_run_id: int
    suite: str
    as_of: date
    is_success: bool
    failures: list[dict[str, str | None]]
    validated_at: datetime

    def __post_init__(self) -> None:
        for failure in self.failures:
            name = str(failure["check"])
            failure["check"] = RENAMED_CHECKS.get(name, name)


def record_run(suite: str, as_of: date, checks: list[Check], statistics: Statistics) -> int:
    """Write the run with the statistics that the next one is compared with; returns its gate_run_id."""
    failed = sorted((check for check in checks if not check.is_success), key=lambda check: check.severity)
    count_critical = sum(check.severity is Severity.CRITICAL and not check.accepted for check in failed)
    failures = [
        asdict(GateFailure(one.name, one.severity, one.expected, one.observed, one.meaning, one.accepted))
        for one in failed
    ]
    row = (
        suite,
        as_of,
        count_critical == 0,
        count_critical,
        len(failed) - count_critical,
        Jsonb(statistics),
        Jsonb(failures),
    )
    with connect(Role.PUBLISHER) as connection:
        written = connection.execute(
            "insert into gate.runs (suite, as_of, is_success, count_critical, count_warnings, statistics, failures) "
            "values (%s, %s, %s, %s, %s, %s, %s) returning gate_run_id",
            row,
        ).fetchone()
    if written is None:
        raise RuntimeError("gate.runs returned no id for the row inserted")
    return int(written[0])


def list_runs(limit: int = 200) -> list[GateRun]:
    """The newest runs of every suite, newest first."""
    query = (
        "select gate_run_id, suite, as_of, is_success, failures, validated_at from gate.runs "
        "order by gate_run_id desc limit %s"
    )
    with connect(Role.READER) as connection, connection.cursor(row_factory=class_row(GateRun)) as cursor:
        return cursor.execute(query, [limit]).fetchall()


def read_statistics(query: str) -> Statistics:
    """The JSON document that is the one value of a statistics query."""
    with connect(Role.READER) as connection:
        row = connection.execute(query).fetchone()
    if row is None:
        raise RuntimeError("a statistics query returned no row")
    statistics: Statistics = row[0]
    return statistics
