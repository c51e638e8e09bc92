"""A person's own file of events, or standard input."""

import sys
from io import SEEK_END, BufferedReader
from pathlib import Path
from typing import cast

from perennial.ingestion.batches import Source, ingest_source
from perennial.ingestion.consent import Attestation
from perennial.ingestion.lines import read_lines
from perennial.ingestion.reports import IngestReport, Progress, UnreadableFileError

STANDARD_INPUT = "-"


def ingest_file(
    path_or_dash: str | Path,
    *,
    strict: bool = False,
    attest: Attestation | None = None,
    progress: Progress | None = None,
) -> IngestReport:
    """Load a file of Segment-spec JSON Lines, plain or gzip (recognised by its first bytes), or `-` for standard input.

    Afterwards every good line is in `raw.events`, once per messageId whichever files held it and however often the
    ingest was killed or repeated; every other line is in `raw.rejected_events` once, with its number and reason.
    The consent that events carry is in `consent.ledger`, and so is what `attest` states: a grant per customer of the
    file and purpose from their first event in it on, never against an earlier refusal.

    Batches commit one by one: memory is bounded, and a killed ingest is completed by running it again.
    `progress` is given bytes of a file, lines of a pipe.

    With `strict`, one refused line means that nothing of the file is loaded: only the refused lines are recorded, and
    RejectedLinesError is raised with the report. Raises UnreadableFileError when the file cannot be opened.
    """
    if str(path_or_dash) == STANDARD_INPUT:
        source = _source(cast("BufferedReader", sys.stdin.buffer), "stdin", progress)
        return ingest_source(source, strict=strict, attestation=attest)
    path = Path(path_or_dash)
    try:
        stream = path.open("rb")
    except OSError as error:
        raise UnreadableFileError(
            f"{path} cannot be read ({error.strerror}): give a .jsonl or .jsonl.gz file, or - for standard input"
        ) from error
    with stream:
        return ingest_source(_source(stream, path.name, progress), strict=strict, attestation=attest)


def _source(stream: BufferedReader, name: str, progress: Progress | None) -> Source:
    if not stream.seekable():
        return Source(name, read_lines(stream), progress=progress, is_available=False)
    # Standard input may be a file of which someone has read the beginning.
    start = stream.tell()
    size = stream.seek(0, SEEK_END) - start
    stream.seek(start)
    return Source(name, read_lines(stream), total=size, position=lambda: stream.tell() - start, progress=progress)
