"""The brand's cadence as a person reads it, beside what follows from it."""

from rich.text import Text

from perennial.cadence import Cadence, read_cadence
from perennial.database import Role, connect
from perennial.horizons import announcements


def find_cadence() -> Cadence | None:
    """The newest cadence; None before the marts are built."""
    with connect(Role.READER) as connection:
        return read_cadence(connection)


def render_cadence(cadence: Cadence | None) -> list[Text]:
    """Its sentences, and which horizons no longer fit it; nothing before the marts are built."""
    if cadence is None:
        return []
    lines = [Text(f"\n{cadence.sentences}", style="" if cadence.is_known else "yellow")]
    return lines + [Text(f"\n{words}", style="yellow") for words in announcements()]
