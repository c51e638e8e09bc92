"""An ingest killed at any moment, again and again, loses and doubles nothing."""

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perennial.ingestion import Attestation, batches, ingest_file, ingest_inbox

pytestmark = pytest.mark.integration

Make = Callable[..., dict[str, Any]]
Ask = Callable[..., list[tuple[Any, ...]]]

EVENTS = 12_000
CUSTOMERS = 50
ATTEST = Attestation(("profiling",), "terms of 2019")
INGEST_FILE = """
import sys
from perennial.ingestion import Attestation, batches, ingest_file
batches.MAX_BATCH_LINES = 500
tell = lambda done, total: print(done, flush=True)
ingest_file(sys.argv[1], attest=Attestation(("profiling",), "terms of 2019"), progress=tell)
"""
INGEST_INBOX = """
from perennial.ingestion import batches, ingest_inbox
batches.MAX_BATCH_LINES = 500
print("started", flush=True)
ingest_inbox()
"""
STATE = (
    "select message_id, user_id, properties from raw.events order by 1",
    "select source, line, reason, payload, fingerprint from raw.rejected_events order by 5",
    """
    select customer_id, purpose, is_granted, valid_from, source, message_id from consent.ledger
    order by customer_id, purpose, valid_from, source, is_granted
    """,
    "select kind, message_id, detail, payload, line, fingerprint from raw.data_issues order by fingerprint",
    "select customer_id, channel, address, since, message_id from consent.suppressions order by message_id",
)


@pytest.fixture
def lines(track: Make) -> bytes:
    """Events with consent that turns now and then; for every hundred a line to refuse, a bounce and a conflict."""
    generator = random.Random(7)
    parts = []
    for number in range(EVENTS):
        consent = {"consent": {"categoryPreferences": {"email": generator.random() < 0.9}}}
        moment = f"2020-{1 + number * 12 // EVENTS:02}-{1 + number % 28:02}T10:00:00Z"
        event = track(f"m{number}", userId=f"c{number % CUSTOMERS}", context=consent, timestamp=moment)
        parts.append(json.dumps(event).encode())
        if number % 100 == 0:
            parts.append(b"refused %d" % number)
            bounced = track(f"b{number}", event="Email Bounced", anonymousId="undefined", timestamp=moment)
            parts += [json.dumps(bounced | other).encode() for other in ({}, {"userId": f"c{number}"})]
    return b"\n".join(parts)


def kill_after_first_word(program: str, *arguments: object, seconds: float) -> bool:
    """Start `program`, wait until it prints, and kill it `seconds` later; True if it had not ended by itself."""
    with subprocess.Popen([sys.executable, "-c", program, *map(str, arguments)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        return process.wait() == -signal.SIGKILL


def state(ask: Ask) -> list[list[tuple[Any, ...]]]:
    return [ask(question) for question in STATE]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_file_whose_ingest_is_killed_and_repeated_ends_as_if_never_killed(
    seed: int, lines: bytes, tmp_path: Path, ask: Ask, empty_raw: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "MAX_BATCH_LINES", 500)
    path = tmp_path / "events.jsonl"
    path.write_bytes(lines)
    ingest_file(path, attest=ATTEST)
    undisturbed = state(ask)
    empty_raw()

    generator = random.Random(seed)
    killed_midway = 0
    for _ in range(4):
        kill_after_first_word(INGEST_FILE, path, seconds=generator.uniform(0, 0.25))
        ((loaded, counted),) = ask("select (select count(*) from raw.events), sum(count_loaded) from raw.loads")
        assert loaded == counted
        killed_midway += 0 < loaded < EVENTS
    ingest_file(path, attest=ATTEST)

    assert killed_midway > 0
    assert state(ask) == undisturbed


def test_an_inbox_whose_run_is_killed_is_finished_by_the_next(lines: bytes, warehouse: Path, ask: Ask) -> None:
    inbox = warehouse / "inbox"
    half = lines.index(b"\n", len(lines) // 2) + 1
    (inbox / "a.jsonl").write_bytes(lines[:half])
    (inbox / "b.jsonl").write_bytes(lines[half:])
    generator = random.Random(11)
    for _ in range(3):
        kill_after_first_word(INGEST_INBOX, seconds=generator.uniform(0.02, 0.5))
    ingest_inbox()
    done = {path.name for path in (inbox / "done").iterdir() if path.name.startswith(("a.", "b."))}
    assert done == {"a.jsonl", "b.jsonl"}
    assert not list(inbox.glob("*.jsonl"))
    assert ask("select count(*) from raw.events") == [(EVENTS + EVENTS // 100,)]
    assert ask("select count(*) from raw.rejected_events") == [(EVENTS // 100,)]
