"""Real events in, scored lifecycle audiences out, through Airflow's own scheduler. The tests run in this order."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from perennial import database, lifecycle
from perennial.console.chain.chain_run import CHAIN
from perennial.database import Role, connect
from perennial.settings import HOME_VARIABLE, load_settings
from perennial.stages import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

PUBLISHED = "select stage, as_of, checksum, row_count from audiences.runs order by stage, as_of, checksum"
NUMBERS = (
    "select model, customer_id, probability, value, percentile "
    "from predictions.scores where as_of = '2018-01-01' order by 1, 2"
)
PERENNIAL = Path(sys.executable).parent / "perennial"


@dataclass(frozen=True)
class Loop:
    """A home in which the whole loop has run once, by the commands a person types."""

    home: Path
    demo: dict[str, Any]

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return perennial(*words)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with connect(Role.READER) as connection:
            return connection.execute(query.encode()).fetchall()

    def as_owner(self) -> psycopg.Connection[tuple[Any, ...]]:
        return connect(Role.OWNER, autocommit=True)


def perennial(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(PERENNIAL), *words], capture_output=True, text=True, check=False)


def forget_settings() -> None:
    load_settings.cache_clear()
    lifecycle.load_lifecycle.cache_clear()
    database.engine.cache_clear()


# Of this module only: while it lasts, the process's home is this one, and other tests have theirs.
@pytest.fixture(scope="module")
def loop() -> Iterator[Loop]:
    """The demo with a few hundred real households, through Airflow's own scheduler."""
    home = Path(tempfile.mkdtemp(prefix="perennial-loop-"))
    before = os.environ.get(HOME_VARIABLE)
    os.environ[HOME_VARIABLE] = str(home)
    forget_settings()
    done = perennial("demo", "--households", "300", "--json")
    try:
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        yield Loop(home, json.loads(done.stdout))
    finally:
        perennial("down")
        shutil.rmtree(home)
        os.environ.pop(HOME_VARIABLE)
        if before is not None:
            os.environ[HOME_VARIABLE] = before
        forget_settings()


def test_the_demo_publishes_an_audience_for_every_stage(loop: Loop) -> None:
    assert {run["stage"] for run in loop.demo["audiences"]} == set(Stage)
    assert {run["as_of"] for run in loop.demo["audiences"]} <= {"2018-01-01", "2017-12-31"}
    assert loop.demo["rows"]["audiences.members"] > 200


def test_every_dag_ran_and_every_task_is_green(loop: Loop) -> None:
    assert {task["dag_id"] for task in loop.demo["tasks"]} == set(CHAIN)
    assert {task["state"] for task in loop.demo["tasks"]} == {"success"}


def test_nothing_was_refused_or_lost_on_the_way_in(loop: Loop) -> None:
    assert loop.demo["ingested"]["rejected"] == 0
    assert loop.demo["rows"]["raw.events"] == loop.demo["ingested"]["loaded"]
    events = "select count(*) from raw.events where event = 'Order Completed'"
    assert loop.rows("select count(*) from marts.orders") == loop.rows(events)


def test_nothing_listens_beyond_this_machine(loop: Loop) -> None:
    """Every process of the home, found by its environment, and their children."""
    own = [process for process in psutil.process_iter(["environ"]) if _belongs(process, loop.home)]
    family = {member for process in own for member in (process, *process.children(recursive=True))}
    listening = {
        connection.laddr.ip
        for process in family
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


def _belongs(process: psutil.Process, home: Path) -> bool:
    return (process.info["environ"] or {}).get(HOME_VARIABLE) == str(home)


def test_marketing_ops_pull_a_file_with_scores_reasons_and_features(loop: Loop, tmp_path: Path) -> None:
    file = tmp_path / "engagement.csv"
    done = loop.command("audiences", "pull", "engagement", "--out", str(file))
    assert done.returncode == 0, done.stderr
    members = list(csv.DictReader(io.StringIO(file.read_text())))
    run = next(run for run in loop.demo["audiences"] if run["stage"] == "engagement")
    assert len(members) == run["row_count"] - run["count_holdout"]
    assert {"customer_id", "probability", "band", "reasons", "channels"} <= members[0].keys()


def test_nobody_of_the_holdout_leaves_the_house(loop: Loop) -> None:
    held_out = {row[0] for row in loop.rows("select customer_id from experiments.holdout_members")}
    assert held_out
    for stage in Stage:
        done = loop.command("audiences", "pull", stage.value, "--format", "json")
        assert done.returncode == 0, done.stderr
        assert not {member["customer_id"] for member in json.loads(done.stdout)} & held_out


def test_a_second_run_doubles_nothing_and_changes_no_published_number(loop: Loop) -> None:
    before = loop.rows(PUBLISHED), loop.rows(NUMBERS)
    again = loop.command("demo", "--households", "300", "--json")
    assert again.returncode == 0, again.stderr
    second = json.loads(again.stdout)
    assert second["ingested"]["loaded"] == 0
    assert second["rows"] == loop.demo["rows"]
    assert (loop.rows(PUBLISHED), loop.rows(NUMBERS)) == before


def test_a_past_day_is_published_beside_the_newest_and_leaves_it_alone(loop: Loop) -> None:
    before = set(loop.rows(PUBLISHED))
    done = loop.command("run", "--as-of", "2017-10-01", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    after = set(loop.rows(PUBLISHED))
    assert before < after
    assert {str(as_of) for _, as_of, _, _ in after - before} == {"2017-10-01"}


def test_a_red_gate_publishes_nothing_and_says_why(loop: Loop) -> None:
    """Half of the last weeks' events go missing, as in a half-empty load."""
    before = loop.rows(PUBLISHED)
    with loop.as_owner() as connection:
        connection.execute("delete from raw.events where occurred_at > '2017-11-15' and ctid::text like '%1)'")
        connection.execute("delete from raw.events where occurred_at > '2017-11-15' and event = 'Order Completed'")
    done = loop.command("run")
    assert done.returncode == 1
    assert "ingest_events failed in validate_raw" in done.stderr
    assert "last good audiences stay in place" in done.stderr
    assert loop.rows(PUBLISHED) == before
