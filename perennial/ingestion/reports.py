"""What an ingest reports to its caller: how many lines were loaded, known already, or refused and why."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

Progress = Callable[[int, int | None], None]
"""Called after each committed batch with what is done and the total (None when it cannot be known)."""


class Reason(StrEnum):
    """Why a line was refused; written to `raw.rejected_events.reason`."""

    NOT_UTF8 = "not UTF-8"
    MALFORMED = "malformed JSON"
    NOT_AN_OBJECT = "not a JSON object"
    TOO_LONG = "line too long"
    CUT_SHORT = "compressed data cut short or damaged"
    NUL_CHARACTER = "contains a NUL character"
    NOT_STORABLE = "holds a number that PostgreSQL cannot store"
    UNKNOWN_TYPE = "unknown type"
    MISSING_MESSAGE_ID = "missing messageId"
    MISSING_CUSTOMER = "missing userId and anonymousId"
    MISSING_EVENT = "track without an event name"
    BAD_ID = "an id is not text of at most 500 bytes"
    MISSING_TIME = "missing timestamp"
    BAD_TIME = "a time is not ISO 8601 from 1970 on"
    FUTURE_TIME = "time in the future"
    NOT_A_MAPPING = "properties, context or traits is not an object"
    BAD_CONSENT = "consent preferences are not an object with names of at most 100 bytes"


@dataclass(frozen=True)
class IngestReport:
    """One ingest: `source` as recorded in `raw.loads`, counts of lines, refusals by reason, wall-clock seconds."""

    source: str
    count_loaded: int
    count_duplicate: int
    count_rejected: int
    reasons: dict[str, int]
    seconds: float


class IngestError(RuntimeError):
    """An ingest could not be done; the message names the fix."""


class UnreadableFileError(IngestError, ValueError):
    """A file that cannot be opened was named: bad input rather than failed work."""


class RejectedLinesError(IngestError):
    """`strict` was asked for and lines were refused: none of the file was loaded. `report` has the reasons."""

    def __init__(self, report: IngestReport) -> None:
        why = ", ".join(f"{count} {reason}" for reason, count in Counter(report.reasons).most_common())
        super().__init__(
            f"{report.source}: {report.count_rejected} lines refused ({why}); nothing was loaded because strict was "
            "asked for. The lines are in raw.rejected_events: mend them, or ingest without strict to load the rest."
        )
        self.report = report
