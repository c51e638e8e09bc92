"""Start the DAG chain and follow it, run by run, through the assets that link one DAG to the next."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from perennial.console.chain.airflow_client import AirflowClient, DagRun, TaskRun

CHAIN = ("ingest_events", "build_marts", "materialize_features", "train_models", "publish_audiences")
POLL_SECONDS = 1.0
HANDOVER_SECONDS = 60


class ChainFailedError(RuntimeError):
    """A DAG of the chain failed or was never started; the message holds the task, and its error or its log."""


@dataclass
class ChainProgress:
    """What is known so far: each DAG's run and its tasks, in the order of the chain."""

    runs: dict[str, DagRun] = field(default_factory=dict)
    tasks: dict[str, list[TaskRun]] = field(default_factory=dict)


def run_chain(as_of: date | None, watch: Callable[[ChainProgress], None]) -> ChainProgress:
    """Trigger `ingest_events` and follow until the audiences are published; `watch` is called at every change.

    Raises ChainFailedError when a run fails, or when an asset starts no run within a minute.
    """
    progress = ChainProgress()
    with AirflowClient() as airflow:
        _refuse_second_chain(airflow)
        parameters: dict[str, Any] = {"as_of": as_of.isoformat()} if as_of else {}
        run = airflow.trigger(CHAIN[0], parameters)
        for following in [*CHAIN[1:], None]:
            run = _follow(airflow, run, progress, watch)
            if following is not None:
                run = _next_run(airflow, run, following)
    return progress


def _refuse_second_chain(airflow: AirflowClient) -> None:
    for dag_id in CHAIN:
        if unfinished := airflow.unfinished_runs(dag_id):
            raise ChainFailedError(
                f"{dag_id} is still {unfinished[0].state} from an earlier start ({unfinished[0].run_id}). "
                "Let it finish, or mark it as failed in Airflow, and run again."
            )


def _follow(
    airflow: AirflowClient, run: DagRun, progress: ChainProgress, watch: Callable[[ChainProgress], None]
) -> DagRun:
    while True:
        run = airflow.dag_run(run.dag_id, run.run_id)
        progress.runs[run.dag_id] = run
        progress.tasks[run.dag_id] = airflow.task_runs(run)
        watch(progress)
        if run.state == "success":
            return run
        if run.state == "failed":
            raise ChainFailedError(_why(airflow, run, progress.tasks[run.dag_id]))
        time.sleep(POLL_SECONDS)


def _next_run(airflow: AirflowClient, run: DagRun, wanted: str) -> DagRun:
    deadline = time.monotonic() + HANDOVER_SECONDS
    while time.monotonic() < deadline:
        for started in airflow.triggered_by(run):
            if started.dag_id == wanted:
                return started
        time.sleep(POLL_SECONDS)
    raise ChainFailedError(
        f"{run.dag_id} finished, but {wanted} did not start within {HANDOVER_SECONDS} seconds. "
        "Is it paused in Airflow, or does its file have an import error (`perennial status`)?"
    )


def _why(airflow: AirflowClient, run: DagRun, tasks: list[TaskRun]) -> str:
    failed = [task for task in tasks if task.state == "failed"]
    if not failed:
        return f"{run.dag_id} failed before any of its tasks did; see its page in Airflow."
    names = ", ".join(task.name for task in failed)
    log = airflow.log(run, failed[0])
    why = f"\n{log.failure}" if log.failure else f" The log of {failed[0].name} ends with:\n{log.tail()}"
    return f"{run.dag_id} failed in {names}. The last good audiences stay in place.{why}"
