"""The door that runs dbt."""

import fcntl
import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from perennial.database import Role, connect
from perennial.lifecycle import load_lifecycle
from perennial.newest import NoEventsError, newest_event_day
from perennial.quiet import switch_off_usage_reporting
from perennial.settings import Settings, load_settings
from perennial.tool_environment import write_dbt_profile
from perennial.warehouse.reports import BuildFailedError, BuildReport, NodeResult, failure

if TYPE_CHECKING:
    from dbt_common.events.base_types import EventMsg

Progress = Callable[[str, str, float], None]
"""Called with a node's name, its status ("running" when it starts) and its seconds so far."""

log = logging.getLogger("perennial.warehouse")


def build(
    as_of: date | None = None,
    *,
    select: str | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
) -> BuildReport:
    """Run `dbt build` as of the end of `as_of` (default: the newest event's day) with this home's lifecycle settings.

    Afterwards the marts hold exactly what the raw events known before that moment say, whatever was built before;
    readers see each table's old or new content, never part of one. `select` is dbt's own node selection;
    `full_refresh` rebuilds incremental models from nothing. One build at a time per home: a second one waits.

    Raises BuildFailedError when there are no events yet, dbt cannot start, or a model or test fails.
    """
    settings = load_settings()
    day = _moment(as_of)
    with _only_one(settings.home / "dbt" / "build.lock"):
        write_dbt_profile(settings)
        report = _run(settings, day, select, full_refresh, progress)
    if report.failed:
        raise failure(report)
    return report


def _moment(as_of: date | None) -> date:
    try:
        newest = newest_event_day()
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
        row = connection.execute("select (min(occurred_at) at time zone 'UTC')::date from raw.events").fetchone()
    assert row is not None
    oldest: date = row[0]
    return oldest


@contextmanager
def _only_one(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            log.info("Another build of %s is running; waiting for it to finish", path.parent.parent)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(settings: Settings, day: date, select: str | None, full_refresh: bool, progress: Progress | None) -> BuildReport:
    switch_off_usage_reporting()
    from dbt.cli.main import dbtRunner

    started = time.monotonic()
    outcome = dbtRunner(callbacks=[_listener(progress)]).invoke(_arguments(settings, day, select, full_refresh))
    if outcome.result is None or not hasattr(outcome.result, "results"):
        raise BuildFailedError(f"dbt could not start: {outcome.exception}") from outcome.exception
    nodes = [_node_result(result) for result in outcome.result.results]
    return BuildReport(day, nodes, time.monotonic() - started)


def _arguments(settings: Settings, day: date, select: str | None, full_refresh: bool) -> list[str]:
    folder = settings.home / "dbt"
    variables = {"as_of": day.isoformat(), **load_lifecycle().dbt_vars()}
    return [
        *("build", "--project-dir", str(settings.dbt_project), "--profiles-dir", str(folder)),
        *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs"), "--quiet"),
        *("--exclude-resource-type", "unit_test", "--vars", json.dumps(variables)),
        *(["--select", *select.split()] if select else []),
        *(["--full-refresh"] if full_refresh else []),
    ]


def _listener(progress: Progress | None) -> Callable[["EventMsg"], None]:
    def listen(event: "EventMsg") -> None:
        if event.info.name == "NodeStart" and progress:
            progress(event.data.node_info.node_name, "running", 0.0)
        elif event.info.name == "NodeFinished":
            name, result = event.data.node_info.node_name, event.data.run_result
            log.info("%-8s %-44s %7.2f s", result.status, name, result.execution_time)
            if progress:
                progress(name, result.status, result.execution_time)

    return listen


def _node_result(result: Any) -> NodeResult:
    rows = result.adapter_response.get("rows_affected")
    return NodeResult(
        name=result.node.name,
        resource_type=str(result.node.resource_type),
        status=str(result.status),
        seconds=float(result.execution_time),
        rows=int(rows) if rows is not None and rows >= 0 and result.node.resource_type == "model" else None,
        message=result.message or "",
    )
