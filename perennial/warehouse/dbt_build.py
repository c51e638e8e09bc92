"""Run dbt as of a day, with this home's settings."""

import fcntl
import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, TextIO

from perennial.as_of import NoEventsError, default_day
from perennial.database import Role, connect
from perennial.lifecycle import load_lifecycle
from perennial.settings import Settings, load_settings
from perennial.tool_environment import write_dbt_profile
from perennial.warehouse.dbt_process import DbtStoppedError, Progress, run_dbt
from perennial.warehouse.reports import BuildFailedError, BuildReport, NodeResult, failure

log = logging.getLogger("perennial.warehouse")


def build(
    as_of: date | None = None,
    *,
    select: str | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
) -> BuildReport:
    """Run `dbt build` as of the end of `as_of` (default: `default_day`) with this home's lifecycle settings.

    Afterwards the marts hold exactly what the raw events known before that moment say, whatever was built before;
    readers see each table's old or new content, never part of one. `select` is dbt's own node selection;
    `full_refresh` rebuilds incremental models from nothing. One build at a time per home: a second one waits.

    Raises BuildFailedError when there are no events yet, dbt cannot start, or a model or test fails.
    """
    settings = load_settings()
    day = _moment(as_of)
    started = time.monotonic()
    with _only_one(settings.home / "dbt" / "build.lock") as lock:
        write_dbt_profile(settings)
        try:
            results = run_dbt(settings, _arguments(settings, select, full_refresh), day, lock, progress)
        except DbtStoppedError as error:
            raise BuildFailedError(f"dbt could not start: {error}") from error
    nodes = [_node_result(result) for result in results if not result["unique_id"].startswith("operation.")]
    report = BuildReport(day, nodes, time.monotonic() - started)
    if report.failed:
        raise failure(report)
    return report


def _moment(as_of: date | None) -> date:
    try:
        newest = default_day().as_of
    except NoEventsError as error:
        raise BuildFailedError(str(error)) from error
    if as_of is None:
        return newest
    oldest = _oldest_event_day()
    if as_of < oldest:
        raise BuildFailedError(f"Nothing was known as of {as_of}: the first event is of {oldest}. Ask for a later day.")
    return as_of


def _oldest_event_day() -> date:
    with connect(Role.READER) as connection:
        query = "select (min(occurred_at) at time zone 'UTC')::date from raw.events"
        [(oldest,)] = connection.execute(query).fetchall()
        return date.fromisoformat(str(oldest))


@contextmanager
def _only_one(path: Path) -> Iterator[TextIO]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            log.info("Another build of %s is running; waiting for it to finish", path.parent.parent)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock


def _arguments(settings: Settings, select: str | None, full_refresh: bool) -> list[str]:
    folder = settings.home / "dbt"
    return [
        *("build", "--project-dir", str(settings.dbt_project), "--profiles-dir", str(folder)),
        *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
        # Unit tests say nothing about today's data, exposures nothing at all when built.
        *("--exclude-resource-types", "unit_test", "exposure"),
        *("--vars", json.dumps(load_lifecycle().dbt_vars())),
        *(["--select", *select.split()] if select else []),
        *(["--full-refresh"] if full_refresh else []),
    ]


def _node_result(result: dict[str, Any]) -> NodeResult:
    resource_type, _, name = result["unique_id"].split(".")[:3]
    rows = result["adapter_response"].get("rows_affected", -1)
    return NodeResult(
        name=name,
        resource_type=resource_type,
        status=result["status"],
        seconds=result["execution_time"],
        rows=rows if rows >= 0 and resource_type == "model" else None,
        message=result["message"] or "",
    )
