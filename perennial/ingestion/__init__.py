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
from perennial.ingestion.tables.contracts import PreviewedEvent, TablePreview, TableReading, TableReport
from perennial.ingestion.tables.ingest import (
    ingest_consents,
    ingest_customers,
    ingest_orders,
    preview_consents,
    preview_customers,
    preview_orders,
)
from perennial.ingestion.tables.options import DateOrder, DecimalMark, TableOptions, TotalPer
from perennial.ingestion.warehouse_tables.ingest import ingest_tables, preview_tables

__all__ = [
    "Attestation",
    "DateOrder",
    "DecimalMark",
    "Example",
    "IngestError",
    "IngestReport",
    "PreviewedEvent",
    "Progress",
    "RejectedLinesError",
    "TableOptions",
    "TablePreview",
    "TableReading",
    "TableReport",
    "TotalPer",
    "UnreadableFileError",
    "ingest_complete_journey",
    "ingest_consents",
    "ingest_customers",
    "ingest_file",
    "ingest_inbox",
    "ingest_orders",
    "ingest_tables",
    "preview_consents",
    "preview_customers",
    "preview_orders",
    "preview_tables",
]
