"""Running dbt: what it is given, and what is reported when something is wrong."""

import fcntl
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from perennial.database import Role, connect
from perennial.warehouse import BuildFailedError, build

pytestmark = pytest.mark.integration

WriteModels = Callable[..., Path]
HANDED_OVER = """
    select
        '{{ env_var("PERENNIAL_AS_OF") }}'::date as as_of,
        '{{ flags.SEND_ANONYMOUS_USAGE_STATS }}' as reports_usage,
        {{ var('winback_at_least_days') }} as winback_at_least_days
"""
SECOND = """
import logging
from perennial.warehouse import build
logging.basicConfig(level=logging.INFO)
print(build().as_of)
"""


def ask(query: str) -> list[tuple[Any, ...]]:
    with connect(Role.READER) as connection:
        return [tuple(row) for row in connection.execute(query.encode()).fetchall()]


def test_dbt_is_given_the_day_and_the_homes_settings_and_reports_nothing(
    write_models: WriteModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DO_NOT_TRACK")
    monkeypatch.delenv("DBT_SEND_ANONYMOUS_USAGE_STATS")
    write_models(given=HANDED_OVER)
    seen: list[tuple[str, str]] = []
    report = build(progress=lambda name, status, _: seen.append((name, status)))
    assert ask("select * from marts.given") == [(date(2021, 3, 9), "False", 28)]
    assert (report.as_of, report.rows("given")) == (date(2021, 3, 9), 1)
    assert seen == [("given", "running"), ("given", "success")]
    build(date(2021, 3, 4))
    assert ask("select as_of from marts.given") == [(date(2021, 3, 4),)]


def test_a_failed_model_is_named_with_its_message_and_what_depends_on_it_keeps_what_it_held(
    write_models: WriteModels,
) -> None:
    write_models(
        first="select 1 as one",
        second="select one / 1 as one from {{ ref('first') }}",
        third="select one from {{ ref('second') }}",
        fourth="select one from {{ ref('third') }}",
    )
    build()
    write_models(first="select 2 as one", second="select one / 0 as one from {{ ref('first') }}")
    with pytest.raises(BuildFailedError, match=r"failed in 1 place; 2 that depend on them were skipped") as raised:
        build()
    assert str(raised.value).startswith("model second: Database Error in model second")
    assert "division by zero" in str(raised.value)
    report = raised.value.report
    assert report is not None
    assert {node.name: node.status for node in report.nodes} == {
        "first": "success",
        "second": "error",
        "third": "skipped",
        "fourth": "skipped",
    }
    assert ask("select first.one, second.one, fourth.one from marts.first, marts.second, marts.fourth") == [(2, 1, 1)]


def test_a_project_that_dbt_cannot_read_is_reported_with_dbts_own_message(write_models: WriteModels) -> None:
    write_models(orphan="select * from {{ ref('nobody') }}")
    with pytest.raises(BuildFailedError, match=r"^dbt could not start: Encountered an error") as raised:
        build()
    assert "depends on a node named 'nobody' which was not found" in str(raised.value)
    assert not raised.value.is_of_the_moment


def test_a_second_build_waits_for_the_first(write_models: WriteModels, warehouse: Path) -> None:
    write_models(given=HANDED_OVER)
    with (warehouse / "dbt" / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", SECOND], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert second.stderr is not None
        assert "is running; waiting for it to finish" in second.stderr.readline()
        assert ask("select to_regclass('marts.given')::text") == [(None,)]
    assert second.communicate(timeout=60)[0] == "2021-03-09\n"
    assert ask("select count(*) from marts.given") == [(1,)]


@pytest.mark.usefixtures("warehouse")
def test_without_events_the_error_says_how_to_load_some() -> None:
    with pytest.raises(BuildFailedError, match="perennial ingest events FILE"):
        build()
