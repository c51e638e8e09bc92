"""What is kept of accepted events of which something could not be used, or could not be used as it came."""

import hashlib
from enum import StrEnum
from typing import NamedTuple


class IssueKind(StrEnum):
    """What a row of `raw.data_issues` reports."""

    REUSED_MESSAGE_ID = "message id reused with other content"
    ANONYMOUS_NOBODY = "anonymous id of nobody dropped"
    USER_NOBODY = "user id of nobody dropped"
    SELF_ALIAS = "alias to itself"
    UNKNOWN_PURPOSE = "unknown consent purpose"
    CONFLICTING_TOTALS = "rows of an order with different totals"
    UNKNOWN_REFUND = "partial refund of an unknown amount"
    REFUND_STATED_TWICE = "refund in a column and in a row"
    UNMATCHED_RETURN = "return without a sale"
    PLACEHOLDER_ORDER = "order number of no order"
    UNREAD_FILE = "file not read"


class Issue(NamedTuple):
    """One report: `subject` is what is reported once however often it is met (a message, a purpose, a file)."""

    kind: IssueKind
    subject: str
    detail: str
    message_id: str | None = None
    line: int | None = None

    def fingerprint(self) -> str:
        """A digest of kind and subject, the same whenever it is met again."""
        return hashlib.blake2b(f"{self.kind}\n{self.subject}".encode(), digest_size=16).hexdigest()
