"""Data issues as a person reads them, below what was made of the other events."""

from collections.abc import Sequence

from rich.text import Text

from perennial.data_issues import DataIssueCount, read_data_issues
from perennial.database import Role, connect


def list_data_issues() -> list[DataIssueCount]:
    """A line for each kind of data issue that there is now."""
    with connect(Role.READER) as connection:
        return read_data_issues(connection)


def render_data_issues(issues: Sequence[DataIssueCount]) -> list[Text]:
    """A heading and a line for each kind; nothing where there are none."""
    if not issues:
        return []
    return [Text("\nData issues", style="bold"), *(Text(issue.words, style="yellow") for issue in issues)]
