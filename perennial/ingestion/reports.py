"""What an ingest reports: how many events were loaded, known already, or refused and why."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

Progress = Callable[[int, int | None], None]
"""Called after each committed batch with what is done and the total (None when it cannot be known)."""


class Reason(StrEnum):
    """Why an event was refused; written to `raw.rejected_events.reason`."""

    NOT_UTF8 = "not UTF-8"
    MALFORMED = "malformed JSON"
    NOT_AN_OBJECT = "not a JSON object"
    TOO_LONG = "line too long"
    TOO_DEEP = "nested deeper than 100 levels"
    CUT_SHORT = "compressed data cut short or damaged"
    DAMAGED_UTF16 = "UTF-16 or UTF-32 cut short or damaged"
    UNREADABLE = "cannot be read"
    NUL_CHARACTER = "contains a NUL character"
    NOT_STORABLE = "holds a number that PostgreSQL cannot store"
    NOT_LOADABLE = "PostgreSQL cannot store it"
    UNKNOWN_TYPE = "unknown type"
    MISSING_MESSAGE_ID = "missing messageId"
    MISSING_CUSTOMER = "missing userId and anonymousId"
    MISSING_EVENT = "track without an event name"
    LONG_EVENT = "an event name of more than 500 bytes"
    BAD_ID = "an id is not text of at most 500 bytes"
    NOBODY = "an id of nobody"
    BAD_ALIAS = "alias without userId or previousId"
    BAD_ORDER_ID = "order_id is not text of at most 500 bytes"
    BAD_CAMPAIGN_ID = "campaign_id is not text of at most 500 bytes"
    BAD_COUPON_ID = "coupon_id is not text of at most 500 bytes"
    MISSING_TIME = "missing timestamp"
    BAD_TIME = "no usable timestamp (ISO 8601, RFC 2822 or epoch, from 1970 on)"
    FUTURE_TIME = "time in the future"
    NOT_A_MAPPING = "properties, context or traits is not an object"
    BAD_ROW = "a row with other values than the columns, or a quote that is never closed"
    DAMAGED_TEXT = "text in another encoding, or damaged"
    ROW_WITHOUT_CUSTOMER = "a row without customer"
    ROW_WITHOUT_TIME = "a row without time"
    ROW_AT_NO_TIME = "a row whose time cannot be read"
    ROW_AT_TWO_TIMES = "a row whose date may be two days"
    ROW_WITHOUT_PURPOSE = "a row without purpose"
    ROW_WITHOUT_ORDER = "a row without order_id"
    ROW_WITHOUT_CHANGE = "a row without updated_at"
    LONG_ORDER = "an order of more than 5,000 rows"
    BAD_CONSENT = "consent preferences are not an object with names of at most 100 bytes"


class RefusedError(Exception):
    """An event that cannot be used; within the package, turned into its rejection."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True)
class Example:
    """The first event of a file that was refused, or reported, for `what`: its line, and what it holds or is about."""

    what: str
    line: int | None
    excerpt: str


@dataclass(frozen=True)
class IngestReport:
    """One ingest: `source` as recorded in `raw.loads`, counts of events, wall-clock seconds.

    Each event of the file is loaded, a duplicate (its messageId is known: a retry, or, `count_conflicting` of them,
    other content, which `raw.data_issues` keeps) or rejected. `reasons` counts refusals, `issues` what was reported of
    events; `examples` has the first of each. `failure` says why a file could not be read at all.
    """

    source: str
    count_loaded: int
    count_duplicate: int
    count_rejected: int
    reasons: dict[str, int]
    seconds: float
    count_conflicting: int = 0
    issues: dict[str, int] = field(default_factory=dict)
    examples: tuple[Example, ...] = ()
    failure: str | None = None

    @property
    def is_refused(self) -> bool:
        """Whether there were events and every one was refused."""
        return bool(self.count_rejected) and not (self.count_loaded or self.count_duplicate)


class IngestError(RuntimeError):
    """An ingest could not be done; the message names the fix."""


class UnreadableFileError(IngestError, ValueError):
    """A file that cannot be opened, or holds no events, was named: bad input rather than failed work."""


class UnopenedFileError(UnreadableFileError):
    """A file that is not there, or may not be opened."""


class RejectedLinesError(IngestError):
    """`strict` was asked for and events were refused: none of the file was loaded. `report` has the reasons."""

    def __init__(self, report: IngestReport) -> None:
        refusals = ", ".join(f"{count} {reason}" for reason, count in Counter(report.reasons).most_common())
        super().__init__(
            f"{report.source}: {report.count_rejected} lines refused ({refusals}); nothing was loaded because strict "
            "was asked for. They are in raw.rejected_events: mend them, or ingest without strict to load the rest."
        )
        self.report = report
