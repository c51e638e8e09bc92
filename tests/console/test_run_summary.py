"""The summary after a run: what the warehouse holds, as figures and as a page."""

from datetime import UTC, date, datetime

import pytest
from psycopg.types.json import Jsonb
from rich.console import Console

from perennial.console.chain.airflow_client import DagRun, TaskRun
from perennial.console.chain.chain_run import ChainProgress
from perennial.console.cli.run_summary import COUNTED_TABLES, render_summary, summarise
from perennial.console.cli.stopwatch import Stopwatch
from perennial.console.plain import to_plain
from perennial.database import Role, connect
from perennial.ingestion import IngestReport

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("warehouse")]

STARTED = datetime(2026, 1, 1, tzinfo=UTC)
ENDED = datetime(2026, 1, 1, 0, 1, tzinfo=UTC)


@pytest.fixture
def progress() -> ChainProgress:
    run = DagRun("train_models", "run 1", "success", STARTED, ENDED)
    task = TaskRun("train_models", "train", "churn_risk", 0, "success", STARTED, ENDED)
    return ChainProgress(runs={"train_models": run}, tasks={"train_models": [task]})


def test_the_newest_attempt_of_each_model_and_the_rows_of_each_table_are_in_it(progress: ChainProgress) -> None:
    with connect(Role.PUBLISHER) as connection:
        for day, version in ((date(2017, 9, 3), "1"), (date(2017, 10, 1), "2")):
            connection.execute(
                "insert into predictions.evaluations values ('churn_risk', %s, %s, 'trained', 'good', %s)",
                [version, day, Jsonb({"auc": 0.8})],
            )
    summary = summarise(Stopwatch(), IngestReport("file", 3, 2, 1, {"bad line": 1}, 0.5), progress)
    plain = to_plain(summary)
    assert plain["rows"] == dict.fromkeys(COUNTED_TABLES, 0)
    assert plain["models"] == [
        {"model": "churn_risk", "version": "2", "outcome": "trained", "message": "good", "metrics": {"auc": 0.8}}
    ]
    assert plain["seconds"]["Airflow: train_models"] == 60
    assert plain["data_issues"] == []
    assert plain["ingested"] == {"loaded": 3, "already there": 2, "rejected": 1}
    assert [(task["dag_id"], task["task_id"], task["state"]) for task in plain["tasks"]] == [
        ("train_models", "train", "success")
    ]
    page = Console(width=160)
    with page.capture() as captured:
        page.print(render_summary(summary))
    assert "3 loaded, 2 already there, 1 rejected" in " ".join(captured.get().split())
    assert "churn_risk  2        good" in captured.get()
