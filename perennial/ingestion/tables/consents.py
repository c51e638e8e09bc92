"""Rows of consents as what they grant and refuse."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from perennial.ingestion.rejections import Rejection
from perennial.ingestion.reports import Reason
from perennial.ingestion.tables.grouping import customer_of
from perennial.ingestion.tables.reading import CellReader, read_flag
from perennial.ingestion.tables.roles import CONSENT
from perennial.ingestion.tables.spill import Row
from perennial.ingestion.tables.statements import Stated, Statement, digest, iso, row_payload

# https://segment.com/docs/privacy/consent-management/consent-in-segment-connections/
_EVENT = "Segment Consent Preference Updated"


def consent_statements(reader: CellReader, names: Sequence[str], _: str, rows: Iterable[Row]) -> Iterator[Stated]:
    """What each row grants or refuses, from its moment on: one purpose by name, or one per column of a purpose.

    Whatever is no yes refuses, as in events; an empty cell says nothing.
    """
    for row in rows:
        customer = customer_of(reader, row)
        moment = reader.moment(row.cells)
        if moment is None and not reader.columns.has("time"):
            moment = reader.options.as_of
        problem = _problem(reader, row, customer, moment)
        if problem or customer is None or moment is None:
            yield Rejection(row.line, problem or Reason.ROW_WITHOUT_TIME, row_payload(names, row.cells))
            continue
        for purpose, text in _stated(reader, row):
            flag = read_flag(text)
            yield consent_statement(row.line, customer, purpose, text if flag is None else flag, moment)


def consent_statement(line: int, customer: str, purpose: str, value: bool | str, moment: datetime) -> Statement:
    """That a customer grants a purpose (True) or refuses it (anything else), from `moment` on."""
    message = {
        "type": "track",
        "event": _EVENT,
        "userId": customer,
        "properties": {},
        "context": {"consent": {"categoryPreferences": {purpose: value}}},
    }
    return Statement(line, f"consent{digest(customer, purpose, iso(moment))}", message, moment)


def _problem(reader: CellReader, row: Row, customer: str | None, moment: datetime | None) -> Reason | None:
    if customer is None:
        return Reason.ROW_WITHOUT_CUSTOMER
    if moment is None:
        if reader.is_ambiguous_time(row.cells):
            return Reason.ROW_AT_TWO_TIMES
        return Reason.ROW_AT_NO_TIME if reader.text(row.cells, "time") else Reason.ROW_WITHOUT_TIME
    if reader.columns.has("purpose") and not reader.text(row.cells, "purpose"):
        return Reason.ROW_WITHOUT_PURPOSE
    return None


def _stated(reader: CellReader, row: Row) -> Iterator[tuple[str, str]]:
    purpose, granted = reader.text(row.cells, "purpose"), reader.text(row.cells, "granted")
    if purpose and granted:
        yield purpose, granted
    for column in reader.columns.read:
        if column.role.startswith(CONSENT) and (text := reader.text(row.cells, column.role)):
            yield column.role.removeprefix(CONSENT), text
