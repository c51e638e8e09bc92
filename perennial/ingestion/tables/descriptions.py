"""How a table was understood, and what it lacks, in words for the person who gave it."""

from collections.abc import Sequence

from perennial.ingestion.tables.columns import Column, Columns
from perennial.ingestion.tables.contents import Contents
from perennial.ingestion.tables.contracts import TableReading
from perennial.ingestion.tables.options import Findings
from perennial.ingestion.tables.roles import REFUSAL

TRAIT = "trait"
_BY_PURPOSE = ("granted", "purpose")
_IN_WORDS = {"granted": "grant", "line_total": "total"}


def describe(
    source: str, contents: Contents, columns: Columns, findings: Findings, *, has_traits: bool
) -> TableReading:
    """How a table was understood; with `has_traits`, columns of no other meaning are traits."""
    read, unread = columns.read, columns.unread
    if has_traits:
        traits = (Column(TRAIT, name, contents.columns.index(name), is_guessed=True) for name in unread)
        read, unread = (*read, *traits), ()
    notes = (*contents.notes, *findings.notes, *map(_consent_note, columns.read))
    return TableReading(source, contents.form, read, unread, findings.count_rows, tuple(filter(None, notes)))


def lacking(name: str, kind: str, roles: Sequence[str], contents: Contents, *, is_dated: bool) -> str:
    """That no column was found for any of `roles`, and what to type."""
    options = " or ".join(map(_option, roles))
    if roles[0] in _BY_PURPOSE:
        options += " or --consent PURPOSE=COLUMN"
    when = " (or --as-of TIME, when the table was exported)" if is_dated and "time" in roles else ""
    return (
        f"{name}: no column looks like the {_IN_WORDS.get(roles[0], roles[0])} of {kind}: give {options}{when}; "
        f"there are {', '.join(map(repr, contents.columns[:30]))}"
    )


def _option(role: str) -> str:
    return f"--column {role}=COLUMN" if role == "line_total" else f"--{role} COLUMN"


def _consent_note(column: Column) -> str:
    if not column.role.startswith(REFUSAL):
        return ""
    purpose = column.role.removeprefix(REFUSAL)
    return (
        f"{column.name!r} looks like consent to {purpose}: a no in it counts as a refusal, a yes does not count; where "
        f"it is consent, give --consent '{purpose}={column.name}' (of a table in the warehouse: a view of consents)"
    )
