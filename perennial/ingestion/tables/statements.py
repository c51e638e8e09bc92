"""What the rows of a table state, as events that are not dated yet where another export may have stated more."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import orjson

from perennial.ingestion.events.issues import Issue
from perennial.ingestion.rejections import Rejection
from perennial.ingestion.tables.options import Cell

_MOST_SEEN = 100_000


class Statement(NamedTuple):
    """An event of a row or of several, without id and time in its `message`.

    `series` is what it is about: exports that state the same of it are one event. With `is_current`, what a later
    export states of it instead is an update, known since then. A statement without `occurred_at` happened with the one
    before it; `changed_at` is when it became what it is, where its rows say so. `unnumbered` is the amount of a sale or
    return that has no order number.
    """

    line: int
    series: str
    message: dict[str, Any]
    occurred_at: datetime | None
    is_current: bool = False
    changed_at: datetime | None = None
    unnumbered: Decimal | None = None

    def message_id(self) -> str:
        """The same for the same statement in any export. In letters and digits, which every collation sorts alike."""
        at = iso(self.occurred_at) if self.is_current and self.occurred_at else ""
        message = self.message
        if "properties" in message:
            # The series says which order it is; that of a return without a number was found among those known then.
            message = message | {"properties": {**message["properties"], "order_id": None}}
        content = orjson.dumps([message, at], option=orjson.OPT_SORT_KEYS)
        return f"{self.series}x{hashlib.blake2b(content, digest_size=10).hexdigest()}"


Stated = Statement | Rejection | Issue


def distinct(stated: Iterable[Stated]) -> Iterator[Stated]:
    """The same without what was stated of a customer in the same words a moment ago, as each of their orders does."""
    seen = dict[str, None]()
    for each in stated:
        if isinstance(each, Statement) and each.message["type"] == "identify":
            message_id = each.message_id()
            if message_id in seen:
                continue
            seen[message_id] = None
            if len(seen) > _MOST_SEEN:
                del seen[next(iter(seen))]
        yield each


def digest(*parts: Cell) -> str:
    """A digest of values in their order."""
    return hashlib.blake2b(orjson.dumps(parts), digest_size=12).hexdigest()


def iso(moment: datetime) -> str:
    """A moment as events have it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def row_payload(columns: Sequence[str], cells: Sequence[Cell]) -> bytes:
    """A row as it is kept where it is refused."""
    return orjson.dumps(dict(zip(columns, cells, strict=True)))
