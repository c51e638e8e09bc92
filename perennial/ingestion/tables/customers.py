"""Rows of customers as what is known of them, and of what they agree to."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from perennial.ingestion.rejections import Rejection
from perennial.ingestion.reports import Reason
from perennial.ingestion.tables.columns import fold_name
from perennial.ingestion.tables.consents import consent_statement
from perennial.ingestion.tables.grouping import customer_of, row_key
from perennial.ingestion.tables.reading import CellReader, read_flag
from perennial.ingestion.tables.roles import CONSENT, REFUSAL
from perennial.ingestion.tables.spill import Row
from perennial.ingestion.tables.statements import Stated, Statement, digest, iso, row_payload

# The spec's own names, where others are usual.
_TRAITS = {"first name": "firstName", "last name": "lastName", "vorname": "firstName", "nachname": "lastName"}


def customer_key(reader: CellReader, names: Sequence[str], row: Row) -> str:
    """The key of a row's customer: several rows of one are one."""
    customer = customer_of(reader, row)
    return row_key(names, row) if customer is None else f"customer {digest(customer)}"


def customer_statements(reader: CellReader, names: Sequence[str], _: str, rows: Iterable[Row]) -> Iterator[Stated]:
    """An identify per customer, of the newest moment in their rows or of the table's; and the consent in their columns.

    Consent is of the moment of the table. A column that only looks like it counts where it says no.
    """
    dated = []
    for row in rows:
        customer, moment = customer_of(reader, row), reader.moment(row.cells) or reader.findings.as_of
        if customer is None or moment is None:
            reason = Reason.ROW_WITHOUT_CUSTOMER if customer is None else Reason.ROW_WITHOUT_TIME
            yield Rejection(row.line, reason, row_payload(names, row.cells))
        else:
            dated.append((moment, row, customer))
    if not dated:
        return
    dated.sort(key=lambda each: (each[0], each[1].line))
    moment, newest, customer = dated[-1]
    traits: dict[str, Any] = {}
    consents: dict[str, bool | str] = {}
    for _moment, row, _customer in dated:
        traits |= _traits(reader, names, row)
        consents |= dict(_consents(reader, row))
    message = {"type": "identify", "userId": customer, "traits": traits}
    yield Statement(newest.line, f"customer{digest(customer)}", message, moment, is_current=True)
    for purpose, value in consents.items():
        yield consent_statement(newest.line, customer, purpose, value, reader.findings.as_of or moment)


def _traits(reader: CellReader, names: Sequence[str], row: Row) -> dict[str, Any]:
    dated = {column.position for column in reader.columns.read if column.role == "time"}
    traits: dict[str, Any] = {}
    for position, (name, cell) in enumerate(zip(names, row.cells, strict=True)):
        if cell is None or position == reader.columns.position("customer"):
            continue
        role = next((role for role in ("email", "phone") if reader.columns.position(role) == position), None)
        traits[role or _TRAITS.get(fold_name(name)) or _snake_case(name)] = cell
        if position in dated and (moment := reader.moment(row.cells)):
            traits[_snake_case(name)] = iso(moment)
    email = reader.text(row.cells, "email")
    return traits | ({"email": email} if email else {})


def _consents(reader: CellReader, row: Row) -> Iterator[tuple[str, bool | str]]:
    for column in reader.columns.read:
        text = reader.text(row.cells, column.role)
        if text is None:
            continue
        flag = read_flag(text)
        if column.role.startswith(CONSENT):
            yield column.role.removeprefix(CONSENT), text if flag is None else flag
        elif column.role.startswith(REFUSAL) and flag is False:
            yield column.role.removeprefix(REFUSAL), False


def _snake_case(name: str) -> str:
    return re.sub(r"\W+", "_", fold_name(name)) or name
