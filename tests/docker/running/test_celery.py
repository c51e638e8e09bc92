"""Airflow's parts find each other through the compose file's variables, and a worker does the work."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from perennial.console.chain.airflow_client import AirflowClient, DagRun
from perennial.settings import Settings

pytestmark = [pytest.mark.integration, pytest.mark.e2e]

PARTS = ("airflow-api", "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer", "airflow-worker")
EVENT = {"type": "track", "event": "Order Completed", "userId": "ada", "timestamp": "2020-02-02T12:00:00Z"}


@pytest.fixture(scope="module")
def airflow(migrated: Any, valkey: Any) -> Iterator[Any]:
    """The stage with every part of Airflow started and found healthy by its own check."""
    assert valkey is migrated
    for name in PARTS:
        migrated.start(name)
    for name in PARTS:
        migrated.wait_until_healthy(name)
    yield migrated
    migrated.stop(*PARTS)


def wait_for_task(client: AirflowClient, run: DagRun, task_id: str, seconds: float = 180) -> str | None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        states = {task.task_id: task.state for task in client.task_runs(run)}
        if states.get(task_id) in {"success", "failed"}:
            return states[task_id]
        time.sleep(1)
    return None


def celery_states(owner_of: Any, until: str, seconds: float = 60) -> set[str]:
    """What Celery's result table holds; a task is done there slightly later than in Airflow's own state."""
    deadline = time.monotonic() + seconds
    while True:
        with owner_of("airflow") as connection:
            states = {state for (state,) in connection.execute("select status from celery_taskmeta")}
        if until in states or time.monotonic() > deadline:
            return states
        time.sleep(1)


def test_a_celery_worker_loads_the_inbox(airflow: Any, owner_of: Any, dotenv: dict[str, str]) -> None:
    """A file laid into the volume is loaded by the DAG `ingest_events`, triggered with the login that was created."""
    inbox = airflow.folder / "var/lib/perennial/inbox"
    (inbox / "orders.jsonl").write_text("".join(json.dumps(EVENT | {"messageId": f"m{n}"}) + "\n" for n in range(3)))
    login = {"airflow_url": f"http://127.0.0.1:{airflow.ports['8080']}"}
    with AirflowClient(Settings(airflow_password=dotenv["PERENNIAL_AIRFLOW_PASSWORD"], **login)) as client:
        run = client.trigger("ingest_events", {})
        assert wait_for_task(client, run, "load_inbox") == "success", airflow.log("airflow-worker")
    with owner_of("warehouse") as connection:
        assert connection.execute("select count(*) from raw.events").fetchone() == (3,)
    assert "SUCCESS" in celery_states(owner_of, until="SUCCESS")
