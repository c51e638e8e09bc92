"""The home's inbox: files dropped there are loaded by the next run of the DAG `ingest_events`."""

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from perennial.ingestion.files import ingest_file
from perennial.ingestion.reports import IngestError, IngestReport, UnopenedFileError
from perennial.ingestion.unread_files import record_unread_file
from perennial.settings import load_settings

EVENTS = (".jsonl", ".json", ".ndjson")
# No events, but somebody waits for them to be loaded.
TABLES = (".csv", ".tsv", ".parquet", ".xlsx", ".xls", ".zip")

_log = logging.getLogger(__name__)


def ingest_inbox() -> list[IngestReport]:
    """Load each file of events (`*.jsonl`, `*.json`, `*.ndjson`, each also `.gz`) of the home's `inbox/` by name.

    One report per file. A file whose last batch is committed lies in `inbox/done/`. One that is no file of events, a
    table for instance, or cannot be loaded lies in `inbox/failed/`, and one that cannot be opened stays;
    `raw.data_issues` says why and what to do, and the next file is loaded all the same. One that grew meanwhile stays
    for the next call, as does whatever a killed call had not finished; nothing is loaded twice. Names beginning with a
    dot are left alone: write there, then rename. Calls at the same time take turns.

    Raises IngestError at the end when a file was not loaded, with the others loaded, and psycopg.OperationalError at
    once when the database does not answer.
    """
    inbox = load_settings().home / "inbox"
    for folder in ("done", "failed"):
        (inbox / folder).mkdir(parents=True, exist_ok=True)
    with _only_one(inbox):
        outcomes = [_ingest_one(path) for path in _pending_files(inbox)]
    reports = [outcome for outcome in outcomes if isinstance(outcome, IngestReport)]
    if problems := [outcome for outcome in outcomes if isinstance(outcome, str)]:
        raise IngestError(f"{'; '.join(problems)}. {len(reports)} other files of {inbox} were loaded.")
    return reports


def _pending_files(inbox: Path) -> list[Path]:
    return sorted(
        path
        for path in inbox.iterdir()
        if path.is_file()
        and not path.name.startswith(".")
        and path.name.lower().removesuffix(".gz").endswith(EVENTS + TABLES)
    )


def _ingest_one(path: Path) -> IngestReport | str:
    """The report of a file, or why it was not loaded."""
    before = path.stat()
    try:
        report = ingest_file(path)
    except psycopg.OperationalError:
        # Not the file's fault, and the next one would fare no better.
        raise
    except UnopenedFileError as error:
        return _record(path, path, error)
    except Exception as error:  # noqa: BLE001  # a file unlike any other must not keep the next ones waiting
        _log.exception("%s was not loaded", path)
        return _record(path, _move(path, "failed"), error)
    after = path.stat()
    if (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns):
        _move(path, "done")
    return report


def _record(path: Path, lies_at: Path, error: Exception) -> str:
    failure = (str(error) or type(error).__name__).replace(str(path), str(lies_at))
    record_unread_file(path.name, failure)
    return failure


def _move(path: Path, folder: str) -> Path:
    return path.rename(_free_name(path.parent / folder / path.name))


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
