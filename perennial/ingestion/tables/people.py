"""Who a row is about: a customer, or a guest where that is allowed."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from perennial.ingestion.tables.order_rows import OrderRow
from perennial.ingestion.tables.reading import CellReader
from perennial.ingestion.tables.statements import Statement, digest


class Person(NamedTuple):
    """A customer's id or a guest's, and how they can be addressed."""

    user_id: str | None
    guest_id: str | None
    traits: dict[str, str]

    def message(self, event: str, properties: dict[str, Any]) -> dict[str, Any]:
        """A track call of theirs."""
        return {"type": "track", "event": event, **self._ids(), "properties": properties}

    def statements(self, moment: datetime, line: int) -> Iterator[Statement]:
        """Their addresses, which tie customers who share one."""
        if self.traits:
            message = {"type": "identify", **self._ids(), "traits": self.traits}
            yield Statement(line, f"traits{digest(self.user_id, self.guest_id)}", message, moment)

    def _ids(self) -> dict[str, str]:
        return {"userId": self.user_id} if self.user_id else {"anonymousId": self.guest_id or ""}


def find_person(reader: CellReader, rows: Sequence[OrderRow], identity: str) -> Person | None:
    """Whose rows these are; None where nobody is named and guests are not allowed.

    A guest is known again by their address, else by nothing but their order.
    """
    traits = {
        role: text
        for role in ("email", "phone")
        if (text := next((text for row in rows if (text := reader.text(row.row.cells, role))), None))
    }
    customer = next((row.customer for row in rows if row.customer), None)
    if customer:
        return Person(customer, None, traits)
    if not reader.options.allows_guests:
        return None
    address = traits.get("email") or traits.get("phone")
    return Person(None, f"guest-{digest(address.lower()) if address else identity}", traits)
