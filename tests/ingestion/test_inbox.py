"""Files dropped into the home's inbox are loaded in order and put away once they are in."""

import gzip
import json
import re
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from perennial.ingestion import IngestError, IngestReport, inbox, ingest_file, ingest_inbox

pytestmark = pytest.mark.integration

Make = Callable[..., dict[str, Any]]
WriteLines = Callable[..., Path]
Ask = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def folder(warehouse: Path) -> Iterator[Path]:
    """An empty inbox."""
    folder = warehouse / "inbox"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)
    folder.mkdir()


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_file()}


def test_files_are_loaded_in_order_of_name_and_put_into_done(
    folder: Path, track: Make, write_lines: WriteLines, ask: Ask
) -> None:
    shutil.copy(write_lines(track("m2"), b"bad"), folder / "b.jsonl")
    shutil.copy(write_lines(track("m1")), folder / "a.jsonl")
    reports = ingest_inbox()
    assert [(report.source, report.count_loaded, report.count_rejected) for report in reports] == [
        ("a.jsonl", 1, 0),
        ("b.jsonl", 1, 1),
    ]
    assert names(folder / "done") == {"a.jsonl", "b.jsonl"}
    assert ask("select count(*) from raw.events") == [(2,)]
    assert ingest_inbox() == []


def test_other_files_stay_where_they_are(folder: Path) -> None:
    for name in ("notes.txt", ".hidden.jsonl", "events.jsonl.part"):
        (folder / name).touch()
    assert ingest_inbox() == []
    assert {"notes.txt", ".hidden.jsonl", "events.jsonl.part"} <= names(folder)


def test_a_name_used_before_does_not_replace_what_lies_in_done(
    folder: Path, track: Make, write_lines: WriteLines
) -> None:
    for number in range(3):
        shutil.copy(write_lines(track(f"m{number}")), folder / "day.jsonl")
        ingest_inbox()
    assert names(folder / "done") == {"day.jsonl", "day.jsonl.2", "day.jsonl.3"}


def test_a_file_that_grows_meanwhile_stays_until_it_is_complete(
    folder: Path, track: Make, write_lines: WriteLines, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "day.jsonl"
    shutil.copy(write_lines(track("m1")), path)

    def load_while_someone_writes(path: Path) -> IngestReport:
        report = ingest_file(path)
        with path.open("ab") as file:
            file.write(write_lines(track("m2")).read_bytes())
        return report

    monkeypatch.setattr(inbox, "ingest_file", load_while_someone_writes)
    ingest_inbox()
    assert path.exists()
    monkeypatch.undo()
    ingest_inbox()
    assert names(folder / "done") == {"day.jsonl"}
    assert ask("select count(*) from raw.events") == [(2,)]


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_loaded(
    folder: Path, track: Make, write_lines: WriteLines, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(write_lines(track("m1")), folder / "a.jsonl")
    shutil.copy(write_lines(track("m2")), folder / "b.jsonl")

    def load_unless_a(path: Path) -> IngestReport:
        # Root reads any file, so a file without permission cannot be made here.
        return ingest_file(path if path.name != "a.jsonl" else path.with_name("gone.jsonl"))

    monkeypatch.setattr(inbox, "ingest_file", load_unless_a)
    with pytest.raises(IngestError, match=r"gone.jsonl cannot be read .* 1 other files of .* were loaded"):
        ingest_inbox()
    assert names(folder) >= {"a.jsonl"}
    assert ask("select message_id from raw.events") == [("m2",)]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("orders.csv", b"id,email,total\n1,a@example.org,5\n", "{} is a table (CSV)"),
        ("orders.jsonl", b"id;email;total\n1;a@example.org;5\n", "{} is a table (CSV)"),
        ("orders.csv.gz", gzip.compress(b"id,total\n1,5\n", mtime=0), "{} is a table (CSV)"),
        ("events.zip", b"PK\x03\x04rest", "a zip archive"),
        ("orders.parquet", b"PAR1rest", "a Parquet file"),
    ],
)
def test_a_file_that_holds_no_events_is_put_aside_with_what_to_type(
    name: str, content: bytes, message: str, folder: Path, track: Make, write_lines: WriteLines, ask: Ask
) -> None:
    (folder / name).write_bytes(content)
    shutil.copy(write_lines(track("m1")), folder / "zz.jsonl")
    aside = folder / "failed" / name
    with pytest.raises(IngestError, match=re.escape(message.format(aside))):
        ingest_inbox()
    assert aside.read_bytes() == content
    assert names(folder / "done") == {"zz.jsonl"}
    ((kind, source, detail),) = ask("select kind, source, detail from raw.data_issues")
    assert (kind, source) == ("file not read", name)
    assert message.format(aside) in detail
    assert ingest_inbox() == []


def test_whatever_goes_wrong_with_a_file_the_next_one_is_loaded(
    folder: Path, track: Make, write_lines: WriteLines, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(write_lines(track("m1")), folder / "a.jsonl")
    shutil.copy(write_lines(track("m2")), folder / "b.jsonl")

    def fail_on_a(path: Path) -> IngestReport:
        if path.name == "a.jsonl":
            raise OverflowError("date value out of range")
        return ingest_file(path)

    monkeypatch.setattr(inbox, "ingest_file", fail_on_a)
    with pytest.raises(IngestError, match=r"date value out of range\. 1 other files"):
        ingest_inbox()
    assert names(folder / "failed") == {"a.jsonl"}
    assert ask("select message_id from raw.events") == [("m2",)]


def test_a_database_that_is_gone_is_no_fault_of_a_file(
    folder: Path, track: Make, write_lines: WriteLines, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(write_lines(track("m1")), folder / "a.jsonl")

    def lose_connection(_: Path) -> IngestReport:
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(inbox, "ingest_file", lose_connection)
    with pytest.raises(psycopg.OperationalError):
        ingest_inbox()
    assert names(folder) >= {"a.jsonl"}


def test_arrays_and_batches_are_files_of_events_too(folder: Path, track: Make, ask: Ask) -> None:
    (folder / "a.json").write_text(json.dumps([track("m1"), track("m2")], indent=2))
    (folder / "b.ndjson.gz").write_bytes(gzip.compress(json.dumps({"batch": [track("m3")]}).encode()))
    assert [report.count_loaded for report in ingest_inbox()] == [2, 1]
    assert ask("select count(*) from raw.events") == [(3,)]


def test_two_runs_at_once_load_each_file_once(folder: Path, track: Make, write_lines: WriteLines, ask: Ask) -> None:
    for number in range(6):
        shutil.copy(write_lines(track(f"m{number}")), folder / f"{number}.jsonl")
    with ThreadPoolExecutor() as pool:
        runs = [pool.submit(ingest_inbox) for _ in range(2)]
        reports = [report for run in runs for report in run.result()]
    assert sum(report.count_loaded for report in reports) == 6
    assert len(reports) == 6
    assert ask("select count(*) from raw.events") == [(6,)]
