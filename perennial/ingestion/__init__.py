"""Events in: Segment-spec files, the home's inbox, and Complete Journey, all by one path into `raw`."""

from perennial.ingestion.complete_journey import ingest_complete_journey
from perennial.ingestion.consents.attestation import Attestation
from perennial.ingestion.files import ingest_file
from perennial.ingestion.inbox import ingest_inbox
from perennial.ingestion.reports import (
    Example,
    IngestError,
    IngestReport,
    Progress,
    RejectedLinesError,
    UnreadableFileError,
)

__all__ = [
    "Attestation",
    "Example",
    "IngestError",
    "IngestReport",
    "Progress",
    "RejectedLinesError",
    "UnreadableFileError",
    "ingest_complete_journey",
    "ingest_file",
    "ingest_inbox",
]
