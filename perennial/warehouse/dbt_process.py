"""dbt as a process of its own: what it logs while it runs, and what it leaves in `run_results.json`."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import IO, Any, TextIO, cast

from perennial.settings import HOME_VARIABLE, Settings
from perennial.telemetry_off import USAGE_REPORTING_OFF

Progress = Callable[[str, str, float], None]
"""Called with a node's name, its status ("running" when it starts) and its seconds so far."""

log = logging.getLogger("perennial.warehouse")

# Its package imports the module that is about to run, of which Python would warn.
DBT = (sys.executable, "-W", "ignore::RuntimeWarning:runpy", "-m", "dbt.cli.main")
LOGGING = ("--log-format", "json", "--log-format-file", "text", "--log-level-file", "info", "--no-use-colors")


class DbtStoppedError(RuntimeError):
    """dbt ended without results; the message is its last output."""


def run_dbt(
    settings: Settings, arguments: Sequence[str], as_of: date, lock: TextIO, progress: Progress | None
) -> list[dict[str, Any]]:
    """The results of one dbt command as of a day, as dbt writes them.

    The process inherits `lock`: should its parent be killed, the next build waits until dbt too has ended.
    Raises DbtStoppedError when dbt ends before it ran any node.
    """
    _drop_cache_of_another_project(settings)
    results = settings.home / "dbt" / "target" / "run_results.json"
    results.unlink(missing_ok=True)
    command = [*DBT, *arguments, *LOGGING]
    errors: list[str] = []
    with _process(command, settings, as_of, lock) as lines:
        for line in lines:
            event = _parsed(line)
            if event["info"]["level"] == "error":
                errors.append(event["info"]["msg"])
            _report(event, progress)
    if not results.exists():
        raise DbtStoppedError("\n".join(errors) or "dbt was stopped")
    content: dict[str, Any] = json.loads(results.read_text())
    return list(content["results"])


def _drop_cache_of_another_project(settings: Settings) -> None:
    # dbt's cache of its parsing goes by a file's place within the project, not by the project's.
    target, project = settings.home / "dbt" / "target", str(settings.project)
    target.mkdir(parents=True, exist_ok=True)
    parsed = target / "project.txt"
    if not parsed.exists() or parsed.read_text() != project:
        (target / "partial_parse.msgpack").unlink(missing_ok=True)
        parsed.write_text(project)


@contextmanager
def _process(command: Sequence[str], settings: Settings, as_of: date, lock: TextIO) -> Iterator[IO[str]]:
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # The day comes as a variable of the environment: as a --var it would make dbt parse every file again.
        env={
            **os.environ,
            **USAGE_REPORTING_OFF,
            HOME_VARIABLE: str(settings.home),
            "PERENNIAL_AS_OF": as_of.isoformat(),
        },
        pass_fds=[lock.fileno()],
    )
    try:
        with cast("IO[str]", process.stdout) as lines:
            yield lines
        process.wait()
    finally:
        process.terminate()
        process.wait()


def _parsed(line: str) -> dict[str, Any]:
    try:
        event: dict[str, Any] = json.loads(line)
    except json.JSONDecodeError:  # what Python itself prints when it cannot go on
        return {"info": {"name": "Output", "level": "error", "msg": line.rstrip()}, "data": {}}
    return event


def _report(event: dict[str, Any], progress: Progress | None) -> None:
    kind, data = event["info"]["name"], event["data"]
    name = data.get("node_info", {}).get("node_name")
    if kind == "LogStartLine" and progress:
        progress(name, "running", 0.0)
    elif kind.startswith("Log") and kind.endswith("Result") and name:
        status, seconds = data["node_info"]["node_status"], float(data.get("execution_time", 0.0))
        log.info("%-8s %-50s %7.2f s", status, name, seconds)
        if progress:
            progress(name, status, seconds)
