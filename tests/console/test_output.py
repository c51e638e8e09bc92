"""Exit 0: done, 1: the work failed, 2: bad usage or input; JSON for programs, text for people."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import psycopg
import pytest
import typer

from perennial.console.cli.output import error_handler, one_of
from perennial.console.plain import to_plain
from perennial.console.terminal import table
from perennial.stages import UnknownStageError


@dataclass
class Inner:
    day: date


@dataclass
class Outer:
    inner: Inner
    names: set[str]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UnknownStageError("no stage"), 2),
        (LookupError("no run yet"), 2),
        (FileNotFoundError(2, "gone", "events.jsonl"), 2),
        (RuntimeError("the gate is red"), 1),
        (psycopg.OperationalError("connection refused"), 1),
    ],
)
def test_errors_become_messages_and_exit_codes(error: Exception, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended, error_handler():
        raise error
    assert ended.value.exit_code == code
    assert "Error:" in capsys.readouterr().err


def test_a_database_that_does_not_answer_names_the_command_that_starts_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit), error_handler():
        raise psycopg.OperationalError("connection refused")
    assert "perennial up" in capsys.readouterr().err


def test_with_json_the_error_is_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit), error_handler(as_json=True):
        raise RuntimeError("the gate is red")
    assert json.loads(capsys.readouterr().out) == {"error": "the gate is red", "exit_code": 1}


def test_markup_in_an_error_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit), error_handler():
        raise ValueError("customer [bold]x[/] is unknown")
    assert "[bold]x[/]" in capsys.readouterr().err


def test_an_unexpected_error_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError), error_handler():
        _ = 1 / 0


def test_everything_a_function_returns_can_be_json() -> None:
    value = Outer(Inner(date(2018, 1, 1)), {"a"})
    assert to_plain(value) == {"inner": {"day": "2018-01-01"}, "names": ["a"]}
    moment = datetime(2018, 1, 1, tzinfo=UTC)
    assert to_plain({"array": np.arange(2), "at": moment}) == {"array": [0, 1], "at": "2018-01-01T00:00:00+00:00"}


def test_numbers_are_aligned_to_the_right_with_separated_thousands() -> None:
    grid = table("t", ("name", "count"), [("a", 1234567)])
    assert [column.justify for column in grid.columns] == ["left", "right"]
    assert [str(cell) for cell in grid.columns[1].cells] == ["1,234,567"]


def test_the_names_an_argument_may_have_read_as_a_sentence() -> None:
    assert one_of(["csv", "json", "parquet"]) == "csv, json or parquet"
    assert one_of(["csv"]) == "csv"
