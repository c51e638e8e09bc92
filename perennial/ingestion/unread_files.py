"""Files that could not be read at all, among the data issues, where their sender looks."""

from perennial.database import Role, connect
from perennial.ingestion.events.issues import Issue, IssueKind

_RECORD = """
insert into raw.data_issues (kind, detail, source, fingerprint) values (%s, %s, %s, %s)
on conflict (fingerprint) do nothing
"""


def record_unread_file(name: str, failure: str) -> None:
    """Keep that a file was not read, and why; once however often it is tried."""
    issue = Issue(IssueKind.UNREAD_FILE, f"{name}\n{failure}", failure)
    with connect(Role.LOADER) as connection:
        connection.execute(_RECORD, [issue.kind.value, issue.detail, name, issue.fingerprint()])
