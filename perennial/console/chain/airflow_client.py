"""Airflow's REST API (v2), as much of it as following a chain of DAG runs needs."""

import builtins
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

import httpx

from perennial.settings import Settings, load_settings

_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


class AirflowError(RuntimeError):
    """Airflow does not answer, or refused; the message names the fix."""


@dataclass(frozen=True)
class DagRun:
    """One run of a DAG. `state` is queued, running, success or failed."""

    dag_id: str
    run_id: str
    state: str
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def seconds(self) -> float | None:
        return _seconds(self.started_at, self.ended_at)


@dataclass(frozen=True)
class TaskRun:
    """One task instance of a run; `label` distinguishes mapped ones."""

    dag_id: str
    task_id: str
    label: str | None
    map_index: int
    state: str | None
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def name(self) -> str:
        return f"{self.task_id} · {self.label}" if self.label and self.map_index >= 0 else self.task_id

    @property
    def seconds(self) -> float | None:
        return _seconds(self.started_at, self.ended_at)


@dataclass(frozen=True)
class TaskLog:
    """What a task and Airflow wrote while it ran, oldest first."""

    entries: list[Any]

    @property
    def failure(self) -> str | None:
        """The sentence of our own error that ended the task; None for any other end, which takes the log to explain."""
        errors = [
            entry["error_detail"] for entry in self.entries if isinstance(entry, dict) and entry.get("error_detail")
        ]
        if not errors:
            return None
        raised = errors[-1][0]  # what caused it follows
        return None if hasattr(builtins, str(raised.get("exc_type"))) else str(raised.get("exc_value"))

    def tail(self, characters: int = 3000) -> str:
        """Its end: the task's own prints and errors."""
        return "\n".join(_ungrouped(_log_text(entry) for entry in self.entries))[-characters:]


class AirflowClient:
    """A logged-in client. Use as a context manager."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or load_settings()
        self._http = httpx.Client(base_url=self._settings.require("airflow_url"), timeout=30)

    def __enter__(self) -> Self:
        self._log_in()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def trigger(self, dag_id: str, parameters: dict[str, Any]) -> DagRun:
        """Start a run now, with these DAG parameters."""
        self._call("PATCH", f"/dags/{dag_id}", json={"is_paused": False})
        return _dag_run(self._call("POST", f"/dags/{dag_id}/dagRuns", json={"logical_date": None, "conf": parameters}))

    def dag_run(self, dag_id: str, run_id: str) -> DagRun:
        return _dag_run(self._call("GET", f"/dags/{dag_id}/dagRuns/{run_id}"))

    def unfinished_runs(self, dag_id: str) -> list[DagRun]:
        states = [("state", "running"), ("state", "queued")]
        return [_dag_run(run) for run in self._call("GET", f"/dags/{dag_id}/dagRuns", params=states)["dag_runs"]]

    def task_runs(self, run: DagRun) -> list[TaskRun]:
        """The task instances of a run, in order of their start; those not started come last."""
        answer = self._call("GET", f"/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances", params={"limit": 200})
        tasks = [_task_run(task) for task in answer["task_instances"]]
        return sorted(
            tasks, key=lambda task: (task.started_at is None, task.started_at or _END_OF_TIME, task.map_index)
        )

    def triggered_by(self, run: DagRun) -> list[DagRun]:
        """The runs that the asset events of `run` have started so far."""
        asked = {"source_dag_id": run.dag_id, "source_run_id": run.run_id}
        events = self._call("GET", "/assets/events", params=asked)["asset_events"]
        references = {(run["dag_id"], run["run_id"]) for event in events for run in event["created_dagruns"]}
        return [self.dag_run(dag_id, run_id) for dag_id, run_id in sorted(references)]

    def log(self, run: DagRun, task: TaskRun) -> "TaskLog":
        """The log of the newest try of a task."""
        instance = f"/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances/{task.task_id}"
        mapped = f"/{task.map_index}" if task.map_index >= 0 else ""
        attempt = self._call("GET", instance + mapped)["try_number"]
        asked = {"map_index": task.map_index, "full_content": True}
        content = self._call("GET", f"{instance}/logs/{attempt}", params=asked)["content"]
        return TaskLog(content if isinstance(content, list) else [content])

    def _log_in(self) -> None:
        credentials = {
            "username": self._settings.airflow_username,
            "password": self._settings.require("airflow_password"),
        }
        token = self._call("POST", "/auth/token", json=credentials, prefix="")["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    def _call(self, method: str, path: str, *, prefix: str = "/api/v2", **options: Any) -> Any:
        try:
            answer = self._http.request(method, prefix + path, **options)
        except httpx.TransportError as error:
            raise AirflowError(
                f"Airflow does not answer at {self._http.base_url} ({error}). Start it with `perennial up`."
            ) from error
        if answer.is_error:
            raise AirflowError(f"Airflow refused {method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json()


def _dag_run(answer: dict[str, Any]) -> DagRun:
    return DagRun(
        dag_id=answer["dag_id"],
        run_id=answer["dag_run_id"],
        state=answer["state"],
        started_at=_moment(answer["start_date"]),
        ended_at=_moment(answer["end_date"]),
    )


def _task_run(answer: dict[str, Any]) -> TaskRun:
    return TaskRun(
        dag_id=answer["dag_id"],
        task_id=answer["task_id"],
        label=answer.get("rendered_map_index"),
        map_index=answer["map_index"],
        state=answer["state"],
        started_at=_moment(answer["start_date"]),
        ended_at=_moment(answer["end_date"]),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return (end - start).total_seconds() if start and end else None


def _ungrouped(lines: Iterable[str]) -> Iterator[str]:
    """Without the folded groups in which Airflow logs its own preparations."""
    is_inside = False
    for line in lines:
        if line.startswith(("::group::", "::endgroup::")):
            is_inside = line.startswith("::group::")
        elif line and not is_inside:
            yield line


def _log_text(entry: Any) -> str:
    if not isinstance(entry, dict):
        return str(entry)
    details = entry.get("error_detail") or []
    errors = [f"{detail.get('exc_type')}: {detail.get('exc_value')}" for detail in details]
    return "\n".join([str(entry.get("event", "")), *errors])
