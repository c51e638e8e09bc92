"""A person's own file of events, or standard input."""

import sys
from io import BufferedReader
from pathlib import Path
from typing import cast

from perennial.ingestion.batches import ingest_lines
from perennial.ingestion.consent import Attestation
from perennial.ingestion.lines import read_lines
from perennial.ingestion.reports import IngestError, IngestReport, Progress

STANDARD_INPUT = "-"


def ingest_file(
    path_or_dash: str | Path,
    *,
    strict: bool = False,
    attest: Attestation | None = None,
    progress: Progress | None = None,
) -> IngestReport:
    """Load a file of Segment-spec JSON Lines, plain or gzip (told by its first bytes), or `-` for standard input.

    Afterwards every good line is in `raw.events` exactly once per messageId, whichever files held it and however often
    the ingest was killed or repeated; every other line is in `raw.rejected_events` once, with its number and reason.
    Consent that events carry, and what `attest` states, is in `consent.ledger`. Batches commit one by one, so memory
    is bounded and a killed ingest is completed by running it again. `progress` is given bytes of the file.

    With `strict`, any refused line means that nothing of the file is loaded: the refused lines are recorded and
    RejectedLinesError is raised with the report. Raises IngestError when the file cannot be opened.
    """
    if str(path_or_dash) == STANDARD_INPUT:
        return _ingest(cast(BufferedReader, sys.stdin.buffer), "stdin", None, strict, attest, progress)
    path = Path(path_or_dash)
    try:
        stream = path.open("rb")
    except OSError as error:
        raise IngestError(f"{path} cannot be read: {error.strerror}. Give the path of a .jsonl or .jsonl.gz file, or -") from error
    with stream:
        return _ingest(stream, path.name, path.stat().st_size, strict, attest, progress)


def _ingest(
    stream: BufferedReader,
    source: str,
    size: int | None,
    strict: bool,
    attest: Attestation | None,
    progress: Progress | None,
) -> IngestReport:
    def tell() -> None:
        if progress and size is not None:
            progress(stream.tell(), size)

    return ingest_lines(read_lines(stream), source, strict=strict, attestation=attest, after_batch=tell)
