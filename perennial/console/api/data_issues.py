"""/v1/data-issues: what could not be used of the events, by kind."""

from typing import Any

from fastapi import APIRouter

from perennial.console.api.access import CanRead
from perennial.console.plain import to_plain
from perennial.data_issues import read_data_issues
from perennial.database import Role, connect

router = APIRouter(prefix="/v1/data-issues", tags=["operations"], dependencies=[CanRead])


@router.get("")
def list_data_issues() -> dict[str, Any]:
    """A line for each kind: how many there are, the newest of them, and what to do about it."""
    with connect(Role.READER) as connection:
        return {"data_issues": to_plain([issue.to_dict() for issue in read_data_issues(connection)])}
