"""A person's file: what holds is loaded once, what does not is kept with its reason, whatever happens."""

import gzip
import io
import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from perennial.database import Role, connect
from perennial.ingestion import IngestError, RejectedLinesError, batches, ingest_file

pytestmark = pytest.mark.integration

Make = Callable[..., dict[str, Any]]
WriteLines = Callable[..., Path]
Ask = Callable[..., list[tuple[Any, ...]]]

ODD_IDS = [
    "O'Brien",
    'quo"ted',
    "Robert'); drop table raw.events; --",
    "'; select pg_sleep(10); --",
    "Zoë 🦊 Ωmega",
    "line\nbreak",
    "carriage\r\nreturn",
    "tab\there",
    "back\\slash\\",
    "\\N",
    "\\.",
    "%s %(name)s {}",
    "\u202eright to left",
    "x" * 500,
]


def test_good_lines_are_loaded_and_bad_ones_kept_with_reason_and_line(
    track: Make, write_lines: WriteLines, ask: Ask
) -> None:
    path = write_lines(track("m1"), b"{cut", track("m2", type="wave"), track("m3"), b"\xff\xfe")
    report = ingest_file(path)
    assert (report.source, report.count_loaded, report.count_duplicate, report.count_rejected) == (
        "events.jsonl",
        2,
        0,
        3,
    )
    assert report.reasons == {"malformed JSON": 1, "unknown type": 1, "not UTF-8": 1}
    assert report.seconds > 0
    assert ask("select message_id, source from raw.events order by 1") == [
        ("m1", "events.jsonl"),
        ("m3", "events.jsonl"),
    ]
    refused = ask("select line, reason, source, payload from raw.rejected_events order by line")
    assert [row[:3] for row in refused] == [
        (2, "malformed JSON", "events.jsonl"),
        (3, "unknown type", "events.jsonl"),
        (5, "not UTF-8", "events.jsonl"),
    ]
    assert [row[3] for row in refused][::2] == ["{cut", "\\xff\\xfe"]


def test_the_envelope_and_its_parts_stand_in_their_columns(track: Make, write_lines: WriteLines, ask: Ask) -> None:
    ingest_file(
        write_lines(
            track("m1", userId=None, anonymousId="anon", context={"ip": "::1"}, sentAt="2020-05-01T10:00:01Z"),
            track("m2", type="identify", event=None, properties=None, traits={"plan": "gold"}),
            track("m3", type="page", event=None, name="Home", category=None, properties={"path": "/"}),
            track("m4", type="group", event=None, groupId="g1", properties=None),
            track("m5", type="alias", event=None, previousId="anon", properties=None),
        )
    )
    assert ask(
        "select message_id, type, event, user_id, anonymous_id, properties, context, traits from raw.events order by 1"
    ) == [
        ("m1", "track", "Product Viewed", None, "anon", {"product_id": "p1"}, {"ip": "::1"}, {}),
        ("m2", "identify", None, "ada", None, {}, {}, {"plan": "gold"}),
        ("m3", "page", None, "ada", None, {"path": "/", "name": "Home"}, {}, {}),
        ("m4", "group", None, "ada", None, {"groupId": "g1"}, {}, {}),
        ("m5", "alias", None, "ada", "anon", {"previousId": "anon"}, {}, {}),
    ]
    ((occurred_at, sent_at),) = ask("select occurred_at::text, sent_at::text from raw.events where message_id = 'm1'")
    assert (occurred_at, sent_at) == ("2020-05-01 10:00:00+00", "2020-05-01 10:00:01+00")


def test_no_number_loses_a_digit(track: Make, write_lines: WriteLines, ask: Ask) -> None:
    line = json.dumps(track("m1", properties={"exact": 0})).replace(
        '"exact": 0', '"exact": 12345678901234567890.123456789012345678901234567890, "cents": 1.10'
    )
    ingest_file(write_lines(line.encode()))
    assert ask("select properties ->> 'exact', properties ->> 'cents' from raw.events") == [
        ("12345678901234567890.123456789012345678901234567890", "1.10")
    ]


def test_a_number_beyond_postgresql_is_refused_and_its_batch_loaded(
    track: Make, write_lines: WriteLines, ask: Ask
) -> None:
    impossible = json.dumps(track("m2", properties={"tiny": 0})).replace('"tiny": 0', '"tiny": 1e-20000').encode()
    report = ingest_file(write_lines(track("m1"), impossible, track("m3")))
    assert (report.count_loaded, report.reasons) == (2, {"holds a number that PostgreSQL cannot store": 1})
    assert ask("select line from raw.rejected_events") == [(2,)]


def test_a_file_loaded_again_changes_nothing(track: Make, write_lines: WriteLines, ask: Ask) -> None:
    path = write_lines(track("m1"), b"bad", b"bad", track("m2"))
    ingest_file(path)
    before = ask("select * from raw.events"), ask("select * from raw.rejected_events")
    again = ingest_file(path)
    assert (again.count_loaded, again.count_duplicate, again.count_rejected) == (0, 2, 2)
    assert (ask("select * from raw.events"), ask("select * from raw.rejected_events")) == before
    assert len(before[1]) == 2


def test_the_first_of_a_message_id_stays(track: Make, write_lines: WriteLines, ask: Ask) -> None:
    path = write_lines(track("m1", userId="first"), track("m1", userId="second"))
    report = ingest_file(path)
    assert (report.count_loaded, report.count_duplicate) == (1, 1)
    assert ask("select user_id from raw.events") == [("first",)]


@pytest.mark.parametrize("odd", ODD_IDS)
def test_any_id_comes_through_as_it_is(odd: str, stated: Make, write_lines: WriteLines, ask: Ask) -> None:
    ingest_file(write_lines(stated(odd, {"email": True}, userId=odd, event=odd)))
    assert ask("select message_id, user_id, event from raw.events") == [(odd, odd, odd)]
    assert ask("select customer_id, message_id from consent.ledger") == [(odd, odd)]


def test_strict_loads_nothing_of_a_file_with_a_bad_line(
    stated: Make, write_lines: WriteLines, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "MAX_BATCH_LINES", 2)
    path = write_lines(*(stated(f"m{number}", {"email": True}) for number in range(5)), b"bad")
    with pytest.raises(RejectedLinesError, match=r"events.jsonl: 1 lines refused \(1 malformed JSON\)") as raised:
        ingest_file(path, strict=True)
    assert raised.value.report.count_loaded == 0
    assert ask("select count(*) from raw.events") == [(0,)]
    assert ask("select count(*) from consent.ledger") == [(0,)]
    assert ask("select line, reason from raw.rejected_events") == [(6, "malformed JSON")]


def test_strict_loads_a_file_without_bad_lines_at_once(
    track: Make, write_lines: WriteLines, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "MAX_BATCH_LINES", 2)
    path = write_lines(*(track(f"m{number}") for number in range(5)))
    assert ingest_file(path, strict=True).count_loaded == 5
    assert ask("select count_loaded from raw.loads") == [(5,)]


def test_strict_sees_what_only_postgresql_refuses(track: Make, write_lines: WriteLines, ask: Ask) -> None:
    impossible = json.dumps(track("m2", properties={"tiny": 0})).replace('"tiny": 0', '"tiny": 1e-20000').encode()
    with pytest.raises(RejectedLinesError, match="PostgreSQL cannot store"):
        ingest_file(write_lines(track("m1"), impossible), strict=True)
    assert ask("select count(*) from raw.events") == [(0,)]


def test_a_gzip_file_cut_in_the_middle_loads_what_came_before(track: Make, tmp_path: Path, ask: Ask) -> None:
    lines = b"".join(json.dumps(track(f"m{number}")).encode() + b"\n" for number in range(20_000))
    path = tmp_path / "events.jsonl.gz"
    packed = gzip.compress(lines)
    path.write_bytes(packed[: len(packed) // 2])
    report = ingest_file(path)
    assert report.reasons == {"compressed data cut short or damaged": 1}
    assert 5_000 < report.count_loaded < 20_000
    assert ask("select line from raw.rejected_events") == [(report.count_loaded + 1,)]
    path.write_bytes(packed)
    whole = ingest_file(path)
    assert (whole.count_loaded + report.count_loaded, whole.count_rejected) == (20_000, 0)


def test_a_plain_file_cut_in_the_middle_refuses_its_last_line_only(
    track: Make, write_lines: WriteLines, ask: Ask
) -> None:
    path = write_lines(*(track(f"m{number}") for number in range(3)))
    path.write_bytes(path.read_bytes()[:-20])
    report = ingest_file(path)
    assert (report.count_loaded, report.reasons) == (2, {"malformed JSON": 1})
    assert ask("select line from raw.rejected_events") == [(3,)]


def test_an_empty_file_is_no_error(tmp_path: Path, ask: Ask) -> None:
    path = tmp_path / "empty.jsonl"
    path.touch()
    assert ingest_file(path).count_loaded == 0
    assert ask("select count(*) from raw.loads") == [(0,)]


def test_a_missing_file_is_named_with_what_to_give(tmp_path: Path, warehouse: Path) -> None:
    assert warehouse.exists()
    with pytest.raises(IngestError, match=r"nowhere.jsonl cannot be read \(No such file or directory\): give a"):
        ingest_file(tmp_path / "nowhere.jsonl")


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_standard_input_is_read_plain_or_packed(track: Make, ask: Ask, pack: Callable[[bytes], bytes]) -> None:
    lines = b"".join(json.dumps(track(f"m{number}")).encode() + b"\n" for number in range(3)) + b"bad\n"
    program = "from perennial.ingestion import ingest_file; print(ingest_file('-').count_loaded)"
    done = subprocess.run([sys.executable, "-c", program], input=pack(lines), capture_output=True, check=True)
    assert done.stdout == b"3\n"
    assert ask("select distinct source from raw.events") == [("stdin",)]
    assert ask("select source, line from raw.rejected_events") == [("stdin", 4)]


def test_a_file_as_standard_input_is_read_from_where_it_stands(track: Make, write_lines: WriteLines, ask: Ask) -> None:
    path = write_lines(b"a heading that someone read", track("m1"))
    program = "from perennial.ingestion import ingest_file; ingest_file('-', progress=lambda *done: print(*done))"
    with path.open("rb", buffering=0) as file:
        heading = len(file.read(28))
        done = subprocess.run([sys.executable, "-c", program], stdin=file, capture_output=True, check=True)
    size = path.stat().st_size - heading
    assert done.stdout.splitlines()[-1] == b"%d %d" % (size, size)
    assert ask("select message_id from raw.events") == [("m1",)]
    assert ask("select count(*) from raw.rejected_events") == [(0,)]


@pytest.mark.parametrize("name", ["events.jsonl", "events.jsonl.gz"])
def test_progress_grows_to_the_size_of_the_file(
    track: Make, tmp_path: Path, warehouse: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    assert warehouse.exists()
    monkeypatch.setattr(batches, "MAX_BATCH_LINES", 1_000)
    lines = b"".join(json.dumps(track(f"m{number}")).encode() + b"\n" for number in range(4_000))
    path = tmp_path / name
    path.write_bytes(gzip.compress(lines) if name.endswith(".gz") else lines)
    reported: list[tuple[int, int | None]] = []
    ingest_file(path, progress=lambda done, total: reported.append((done, total)))
    done = [moment[0] for moment in reported]
    assert {moment[1] for moment in reported} == {path.stat().st_size}
    assert done == sorted(done)
    assert done[-1] == path.stat().st_size
    assert len(done) >= 4


def test_two_ingests_of_one_file_at_once_load_it_once(
    track: Make, write_lines: WriteLines, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "MAX_BATCH_LINES", 100)
    path = write_lines(*(track(f"m{number}") for number in range(3_000)), b"bad")
    with ThreadPoolExecutor() as pool:
        reports = list(pool.map(ingest_file, [path, path, path]))
    assert sum(report.count_loaded for report in reports) == 3_000
    assert sum(report.count_duplicate for report in reports) == 6_000
    assert ask("select count(*) from raw.events") == [(3_000,)]
    assert ask("select count(*) from raw.rejected_events") == [(1,)]


def test_whoever_has_read_up_to_a_load_has_missed_nothing_below_it(
    track: Make, write_lines: WriteLines, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Incremental models build on it: load_id grows in the order of commits, also with ingests at once."""
    monkeypatch.setattr(batches, "MAX_BATCH_LINES", 20)
    paths = [
        write_lines(*(track(f"{name}{number}") for number in range(1_000)), name=f"{name}.jsonl") for name in "abc"
    ]
    seen = {}
    with ThreadPoolExecutor() as pool, connect(Role.READER, autocommit=True) as reader:
        running = [pool.submit(ingest_file, path) for path in paths]
        while not all(ingest.done() for ingest in running):
            ((newest, count),) = reader.execute("select max(load_id), count(*) from raw.events").fetchall()
            seen[newest] = count
    assert len(seen) > 3
    for newest, count in seen.items():
        assert ask("select count(*) from raw.events where load_id <= %s", newest) == [(count,)]


def test_loads_add_up_to_what_is_there(
    track: Make, write_lines: WriteLines, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "MAX_BATCH_LINES", 7)
    path = write_lines(*(track(f"m{number % 40}") for number in range(50)), b"bad")
    ingest_file(path)
    assert ask("select sum(count_loaded), sum(count_duplicate), sum(count_rejected) from raw.loads") == [(40, 10, 1)]
    assert (
        ask(
            "select load_id, count_loaded from raw.loads where count_loaded > 0 "
            "except select load_id, count(*) from raw.events group by 1"
        )
        == []
    )


def test_memory_does_not_grow_with_the_file(track: Make, tmp_path: Path, warehouse: Path) -> None:
    assert warehouse.exists()
    filling = "x" * 10_000
    sizes = {"small.jsonl": 500, "large.jsonl": 6_000}
    for name, count in sizes.items():
        with (tmp_path / name).open("w") as file:
            file.writelines(json.dumps(track(f"{name}{i}", properties={"x": filling})) + "\n" for i in range(count))
    program = (
        "import resource, sys\n"
        "from perennial.ingestion import batches, ingest_file\n"
        "batches.MAX_BATCH_BYTES = 1 << 20\n"
        "ingest_file(sys.argv[1])\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    small, large = (
        int(subprocess.run([sys.executable, "-c", program, tmp_path / name], capture_output=True, check=True).stdout)
        for name in sizes
    )
    assert large - small < 20 * 1024, "kilobytes, for 55 MB more of events"


def test_the_reader_of_a_pipe_waits_for_no_more_than_it_was_sent(track: Make, ask: Ask) -> None:
    """A pipe is not read ahead of what is loaded: what came is loaded when it closes, and it can be interrupted."""
    program = "from perennial.ingestion import ingest_file; ingest_file('-')"
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE) as process:
        assert isinstance(process.stdin, io.BufferedWriter)
        process.stdin.write(json.dumps(track("m1")).encode())
        process.stdin.close()
        assert process.wait(timeout=60) == 0
    assert ask("select count(*) from raw.events") == [(1,)]
