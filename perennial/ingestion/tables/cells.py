"""Values that have a type, in a file or a database, as the cells of a table."""

import math
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from perennial.ingestion.tables.options import Cell


def to_cell(value: Any) -> Cell:
    """A value as a cell: a flag as its word, a moment in ISO 8601, text without blanks around it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        # A number, so that its point is one: few amounts have more digits than a double.
        return float(value) if Decimal(repr(float(value))) == value else format(value, "f")
    if isinstance(value, int):
        return value if abs(value) < 2**63 else str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return (str(value).strip() or None) if value is not None else None
