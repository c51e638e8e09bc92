"""/v1/audiences: the newest of each stage, and the members of one, page by page."""

import base64
import binascii
import io
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from perennial.audiences import NoRunError, Run, list_runs, newest_run, pull_run, read_run, to_rows, write_members
from perennial.console.api.access import CanRead
from perennial.console.api.problems import Problem
from perennial.console.plain import to_plain
from perennial.stages import parse_audience

MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}
LARGEST_PAGE = 1_000

router = APIRouter(prefix="/v1/audiences", tags=["audiences"], dependencies=[CanRead])


@router.get("")
def list_audiences() -> dict[str, Any]:
    """The newest run of every stage that has one: its manifest, its age in days, and whether it is stale."""
    return {"audiences": [to_plain(run) for run in list_runs()]}


@router.get("/{stage}")
def read_audience(
    request: Request,
    stage: str,
    run: Annotated[str | None, Query(description="A run's id; by default the newest of the stage.")] = None,
    min_probability: Annotated[float | None, Query(ge=0, le=1)] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 100,
    cursor: Annotated[str | None, Query(description="`next_cursor` of the page before.")] = None,
    format: Annotated[Literal["json", "csv", "parquet"], Query()] = "json",  # noqa: A002  # the parameter's public name
) -> Response:
    """The contactable members in order of rank, with reasons, scores and current features.

    The holdout is not among them, and consent is asked again with every page.
    A page is followed by the `Link` header with rel="next", and in JSON by `next_cursor`; pages stay within one run,
    even when a newer one is published meanwhile.
    """
    parse_audience(stage)
    chosen, after_rank = _position(stage, run, cursor)
    members = pull_run(chosen, min_probability=min_probability, limit=limit, after_rank=after_rank)
    following = _cursor(chosen, int(members["rank"].iloc[-1])) if len(members) == limit else None
    headers = {"Cache-Control": "no-store"}
    if following:
        headers["Link"] = f'<{request.url.include_query_params(cursor=following)}>; rel="next"'
    if format == "json":
        content = {"run": to_plain(chosen), "members": list(to_rows(members)), "next_cursor": following}
        return JSONResponse(content, headers=headers)
    stream = io.BytesIO()
    write_members(members, stream, format)
    headers["Content-Disposition"] = f'attachment; filename="{chosen.run_id}.{format}"'
    return Response(stream.getvalue(), media_type=MEDIA_TYPES[format], headers=headers)


def _position(stage: str, run_id: str | None, cursor: str | None) -> tuple[Run, int]:
    run_of_cursor, after_rank = _read_cursor(cursor) if cursor else (None, 0)
    if run_id and run_of_cursor and run_id != run_of_cursor:
        raise Problem(
            409, "cursor-of-another-run", f"The cursor belongs to run {run_of_cursor}. Begin without a cursor."
        )
    wanted = run_of_cursor or run_id
    chosen = read_run(wanted) if wanted else newest_run(stage)
    if chosen.stage != parse_audience(stage):
        raise NoRunError(f"Run {chosen.run_id} is of the stage {chosen.stage}, not of {stage}.")
    return chosen, after_rank


def _cursor(run: Run, rank: int) -> str:
    return base64.urlsafe_b64encode(f"{rank}:{run.run_id}".encode()).decode().rstrip("=")


def _read_cursor(text: str) -> tuple[str, int]:
    try:
        rank, _, run_id = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition(":")
        return run_id, int(rank)
    except (binascii.Error, ValueError) as error:
        raise Problem(422, "bad-cursor", "The cursor is damaged. Take `next_cursor` as it was given.") from error
