"""The home's inbox: files dropped there are loaded by the next run of the DAG `ingest_events`."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from perennial.ingestion.files import ingest_file
from perennial.ingestion.reports import IngestError, IngestReport
from perennial.settings import load_settings

PATTERNS = ("*.jsonl", "*.jsonl.gz")


def ingest_inbox() -> list[IngestReport]:
    """Load each `*.jsonl` and `*.jsonl.gz` of the home's `inbox/`, in order of name, one report per file.

    A file whose last batch is committed lies in `inbox/done/`. One that grew meanwhile stays for the next call, as does
    whatever a killed call had not finished; nothing is loaded twice. Names beginning with a dot are skipped: write
    there, then rename. Calls at the same time take turns. Raises IngestError at the end when a file could not be read,
    with the others loaded.
    """
    inbox = load_settings().home / "inbox"
    (inbox / "done").mkdir(parents=True, exist_ok=True)
    reports, problems = [], []
    with _only_one(inbox):
        for path in _pending_files(inbox):
            try:
                reports.append(_ingest_one(path))
            except IngestError as error:
                problems.append(str(error))
    if problems:
        raise IngestError(f"{'; '.join(problems)}. {len(reports)} other files of {inbox} were loaded.")
    return reports


def _pending_files(inbox: Path) -> list[Path]:
    found = {path for pattern in PATTERNS for path in inbox.glob(pattern)}
    return sorted(path for path in found if path.is_file() and not path.name.startswith("."))


def _ingest_one(path: Path) -> IngestReport:
    before = path.stat()
    report = ingest_file(path)
    after = path.stat()
    if (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns):
        path.rename(_free_name(path.parent / "done" / path.name))
    return report


def _free_name(path: Path) -> Path:
    count = 1
    free = path
    while free.exists():
        count += 1
        free = path.with_name(f"{path.name}.{count}")
    return free


@contextmanager
def _only_one(inbox: Path) -> Iterator[None]:
    with (inbox / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
