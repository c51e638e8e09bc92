"""A person's own file of events, or standard input."""

import sys
from io import SEEK_END, BufferedReader
from pathlib import Path
from typing import cast

from perennial.ingestion.batches import ingest_source
from perennial.ingestion.consents.attestation import Attestation
from perennial.ingestion.decoding.lines import read_lines
from perennial.ingestion.reports import IngestReport, Progress, UnopenedFileError
from perennial.ingestion.source import Source

STANDARD_INPUT = "-"


def ingest_file(
    path_or_dash: str | Path,
    *,
    strict: bool = False,
    attest: Attestation | None = None,
    progress: Progress | None = None,
) -> IngestReport:
    """Load a file of Segment-spec events, JSON Lines above all, or `-` for standard input.

    Also read: gzip (known by its first bytes), UTF-16, lines ended by CR, JSON arrays and batch envelopes, over many
    lines or several on one.

    Afterwards every good event is in `raw.events`, once per messageId whichever files held it and however often the
    ingest was killed or repeated; every other one is in `raw.rejected_events` once, with its line and reason; other
    content under a known messageId, and what of an event was left out, is in `raw.data_issues` once. The consent that
    events carry or withdraw is in `consent.ledger`, addresses that bounced for good in `consent.suppressions`, and
    in the ledger is what `attest` states: a grant per customer of the file and purpose from their first event in it on,
    never against an earlier refusal.

    Batches commit one by one: memory is bounded, and a killed ingest is completed by running it again.
    `progress` is given bytes of a file, lines of a pipe.

    With `strict`, one refused event means that nothing of the file is loaded: only the refused ones are recorded, and
    RejectedLinesError is raised with the report. Raises UnreadableFileError when the file cannot be opened or is no
    file of events, naming its form and what to type.
    """
    if str(path_or_dash) == STANDARD_INPUT:
        source = _source(cast("BufferedReader", sys.stdin.buffer), "stdin", "FILE", progress)
        return ingest_source(source, strict=strict, attestation=attest)
    path = Path(path_or_dash)
    try:
        stream = path.open("rb")
    except OSError as error:
        raise UnopenedFileError(
            f"{path} cannot be read ({error.strerror}): give a .jsonl or .jsonl.gz file, or - for standard input"
        ) from error
    with stream:
        return ingest_source(_source(stream, path.name, str(path), progress), strict=strict, attestation=attest)


def _source(stream: BufferedReader, name: str, shown: str, progress: Progress | None) -> Source:
    if not stream.seekable():
        return Source(name, read_lines(stream, shown), progress=progress, is_available=False)
    # Standard input may be a file of which someone has read the beginning.
    start = stream.tell()
    size = stream.seek(0, SEEK_END) - start
    stream.seek(start)
    lines = read_lines(stream, shown)
    return Source(name, lines, total=size, position=lambda: stream.tell() - start, progress=progress)
