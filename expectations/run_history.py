"""The memory of the gate: a run leaves its statistics in gate.runs, and the next is held against the last good one."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, LiteralString

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from expectations.report import Check, Severity
from perennial.database import Role, connect

Statistics = dict[str, Any]


@dataclass(frozen=True)
class Baseline:
    """The good run that this one is held against."""

    gate_run_id: int
    as_of: date
    statistics: Statistics = field(repr=False)

    @property
    def newest_load_id(self) -> int:
        return int(self.statistics.get("newest_load_id", -1))


def find_last(suite: str) -> Baseline | None:
    """The good run of the newest day, else the last one accepted by hand: the run that knew most."""
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

    An earlier day comes first, so that running a day again is judged as it was the first time. A run of a later day
    is never used: a backfill knows nothing of what came after.
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
class Run:
    """A row of gate.runs, as the index of Data Docs shows it."""

    gate_run_id: int
    suite: str
    as_of: date
    is_success: bool
    failures: list[dict[str, str]]
    validated_at: datetime


def remember(suite: str, as_of: date, checks: list[Check], statistics: Statistics) -> int:
    """Write the run with what the next one will need; returns its gate_run_id."""
    failed = sorted((check for check in checks if not check.is_success), key=lambda check: check.severity)
    count_critical = sum(check.severity is Severity.CRITICAL for check in failed)
    failures = [
        {
            "check": each.name,
            "severity": each.severity,
            "expected": each.expected,
            "observed": each.observed,
            "meaning": each.meaning,
        }
        for each in failed
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
        raise RuntimeError("gate.runs returned no id for the row it took")
    return int(written[0])


def list_runs(limit: int = 200) -> list[Run]:
    """The newest runs of every suite, newest first."""
    query = (
        "select gate_run_id, suite, as_of, is_success, failures, validated_at from gate.runs "
        "order by gate_run_id desc limit %s"
    )
    with connect(Role.READER) as connection, connection.cursor(row_factory=class_row(Run)) as cursor:
        return cursor.execute(query, [limit]).fetchall()


def read_statistics(query: str) -> Statistics:
    """The one JSON document that a statistics query answers with."""
    with connect(Role.READER) as connection:
        row = connection.execute(query).fetchone()
    if row is None:
        raise RuntimeError("a statistics query answered with no row")
    statistics: Statistics = row[0]
    return statistics
