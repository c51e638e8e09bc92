"""A brand's tables into `raw`, by the same checks as events; or shown as they will be understood."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from time import monotonic

from perennial.ingestion.batches import ingest_source
from perennial.ingestion.consents.attestation import Attestation
from perennial.ingestion.decoding.lines import Line
from perennial.ingestion.events.issues import Issue
from perennial.ingestion.rejections import Rejection
from perennial.ingestion.reports import Progress
from perennial.ingestion.source import Source
from perennial.ingestion.tables.contracts import TablePreview, TableReport
from perennial.ingestion.tables.kinds import CONSENTS, CUSTOMERS, ORDERS, TableKind
from perennial.ingestion.tables.options import TableOptions
from perennial.ingestion.tables.pipeline import Understood, understand
from perennial.ingestion.tables.previews import preview
from perennial.ingestion.tables.resolution import Dated
from perennial.ingestion.tables.roles import CONSENT


def ingest_orders(
    path_or_dash: str | Path,
    columns: Mapping[str, str] | None = None,
    options: TableOptions | None = None,
    *,
    attest: Attestation | None = None,
    progress: Progress | None = None,
) -> TableReport:
    """Load a table of orders, CSV (plain or gzip) or Parquet, or `-` for standard input.

    `columns` names the column of each role (`tables.roles`); the others are guessed by their names.

    Afterwards each order of the table is in `raw.events` as "Order Completed", one that another export stated
    otherwise as "Order Updated", what was returned as "Order Refunded" and what was cancelled as "Order Cancelled";
    addresses as identify. Rows without customer or time are in `raw.rejected_events`. The same table again changes
    nothing, however often it was killed. Rows of one shop and order number are one order; a row without a number is
    identified by what it says and how often the table has said it so far. Memory is bounded: rows lie in a temporary
    file of about the table's (unpacked) size.

    Raises UnreadableFileError for a file that is no such table, InputError for a column that it does not have.
    """
    return _ingest(path_or_dash, ORDERS, columns or {}, options or TableOptions(), attest, progress)


def preview_orders(
    path_or_dash: str | Path, columns: Mapping[str, str] | None = None, options: TableOptions | None = None
) -> TablePreview:
    """How `ingest_orders` would understand a table; nothing is written. Raises what it raises."""
    return _preview(path_or_dash, ORDERS, columns or {}, options or TableOptions())


def ingest_customers(
    path_or_dash: str | Path,
    columns: Mapping[str, str] | None = None,
    options: TableOptions | None = None,
    *,
    consents: Mapping[str, str] | None = None,
    attest: Attestation | None = None,
    progress: Progress | None = None,
) -> TableReport:
    """Load a table of customers, a row for each: their traits as identify, of the moment in the row.

    What a later export says otherwise is known since then. `consents` names the column that says yes or no to each
    purpose: from the moment of the table on (`options.as_of`, else its newest). Otherwise as `ingest_orders`.
    """
    kind, given = _with_consents(CUSTOMERS, columns, consents)
    return _ingest(path_or_dash, kind, given, options or TableOptions(), attest, progress)


def preview_customers(
    path_or_dash: str | Path,
    columns: Mapping[str, str] | None = None,
    options: TableOptions | None = None,
    *,
    consents: Mapping[str, str] | None = None,
) -> TablePreview:
    """How `ingest_customers` would understand a table; nothing is written. Raises what it raises."""
    return _preview(path_or_dash, *_with_consents(CUSTOMERS, columns, consents), options or TableOptions())


def ingest_consents(
    path_or_dash: str | Path,
    columns: Mapping[str, str] | None = None,
    options: TableOptions | None = None,
    *,
    consents: Mapping[str, str] | None = None,
    attest: Attestation | None = None,
    progress: Progress | None = None,
) -> TableReport:
    """Load a table of consents into the ledger: a row per customer, purpose and moment, or with a column per purpose.

    What is no yes refuses, and an empty cell says nothing. Otherwise as `ingest_orders`.
    """
    kind, given = _with_consents(CONSENTS, columns, consents)
    return _ingest(path_or_dash, kind, given, options or TableOptions(), attest, progress)


def preview_consents(
    path_or_dash: str | Path,
    columns: Mapping[str, str] | None = None,
    options: TableOptions | None = None,
    *,
    consents: Mapping[str, str] | None = None,
) -> TablePreview:
    """How `ingest_consents` would understand a table; nothing is written. Raises what it raises."""
    return _preview(path_or_dash, *_with_consents(CONSENTS, columns, consents), options or TableOptions())


def _with_consents(
    kind: TableKind, columns: Mapping[str, str] | None, consents: Mapping[str, str] | None
) -> tuple[TableKind, dict[str, str]]:
    purposes = consents or {}
    return kind.with_purposes(purposes), dict(columns or {}) | {
        f"{CONSENT}{purpose}": column for purpose, column in purposes.items()
    }


def _ingest(
    path_or_dash: str | Path,
    kind: TableKind,
    columns: Mapping[str, str],
    options: TableOptions,
    attest: Attestation | None,
    progress: Progress | None,
) -> TableReport:
    started = monotonic()
    with understand(path_or_dash, kind, columns, options, progress=progress) as understood:
        source = Source(
            understood.reading.source,
            _lines(understood),
            total=2 * understood.size,
            position=understood.position,
            progress=progress,
        )
        ingested = ingest_source(source, attestation=attest)
        return TableReport(understood.reading, replace(ingested, seconds=monotonic() - started))


def _preview(
    path_or_dash: str | Path, kind: TableKind, columns: Mapping[str, str], options: TableOptions
) -> TablePreview:
    with understand(path_or_dash, kind, columns, options, needs_database=False) as understood:
        return preview(understood)


def _lines(understood: Understood) -> Iterator[Line | Rejection | Issue]:
    for outcome in understood.outcomes():
        yield Line(outcome.statement.line, outcome.data()) if isinstance(outcome, Dated) else outcome
