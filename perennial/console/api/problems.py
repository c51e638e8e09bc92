"""Errors as problem details (RFC 9457): what is wrong and how to mend it; never a stack trace."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import psycopg
import redis
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from perennial.audiences import NoProbabilityError, NoRunError, UnknownCustomerError, UnknownDayError
from perennial.features import FeaturesNotReadyError
from perennial.settings import HomeNotReadyError
from perennial.stages import UnknownStageError

MEDIA_TYPE = "application/problem+json"
logger = logging.getLogger(__name__)

# The packages' own errors, whose messages name the fix.
KNOWN: dict[type[Exception], tuple[int, str]] = {
    UnknownStageError: (404, "unknown-stage"),
    NoRunError: (404, "no-run"),
    UnknownDayError: (404, "unknown-day"),
    UnknownCustomerError: (404, "unknown-customer"),
    NoProbabilityError: (422, "no-probability"),
    HomeNotReadyError: (503, "not-ready"),
    FeaturesNotReadyError: (503, "not-ready"),
}


class Problem(Exception):  # noqa: N818  # the RFC's word
    """An answer to give instead: status, a short name of the kind of problem, and what to do about it."""

    def __init__(self, status: int, kind: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.headers = headers


def answer_problems(app: FastAPI) -> None:
    """Every error of `app` is answered as a problem."""
    app.exception_handler(Problem)(_answer_problem)
    app.exception_handler(HTTPException)(_answer_http)
    app.exception_handler(RequestValidationError)(_answer_invalid)
    app.exception_handler(psycopg.OperationalError)(_answer_unreachable)
    app.exception_handler(redis.RedisError)(_answer_unreachable)
    app.exception_handler(Exception)(_answer_unexpected)
    for kind in KNOWN:
        app.exception_handler(kind)(_answer_known)


def problem(
    request: Request, status: int, kind: str, detail: str, headers: Mapping[str, str] | None = None, **more: Any
) -> Response:
    content = {
        "type": f"urn:perennial:problem:{kind}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": request.url.path,
        **more,
    }
    return JSONResponse(content, status_code=status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


async def _answer_problem(request: Request, error: Problem) -> Response:
    return problem(request, error.status, error.kind, str(error), error.headers)


async def _answer_known(request: Request, error: Exception) -> Response:
    status, kind = next(known for cls, known in KNOWN.items() if isinstance(error, cls))
    return problem(request, status, kind, str(error))


async def _answer_http(request: Request, error: HTTPException) -> Response:
    is_missing = error.status_code == HTTPStatus.NOT_FOUND
    detail = "There is nothing here; /docs lists what there is." if is_missing else str(error.detail)
    return problem(request, error.status_code, "http", detail, error.headers)


async def _answer_invalid(request: Request, error: RequestValidationError) -> Response:
    errors = [{"where": ".".join(map(str, each["loc"])), "what": each["msg"]} for each in error.errors()]
    detail = "; ".join(f"{each['where']}: {each['what']}" for each in errors)
    return problem(request, 422, "invalid", detail, errors=errors)


async def _answer_unreachable(request: Request, error: Exception) -> Response:
    server = "PostgreSQL" if isinstance(error, psycopg.Error) else "The online store"
    logger.error("%s does not answer: %s", server, error)
    detail = f"{server} does not answer. `perennial status` says what runs, `perennial up` starts it."
    return problem(request, 503, "unreachable", detail)


async def _answer_unexpected(request: Request, error: Exception) -> Response:
    logger.error("Unexpected error at %s", request.url.path, exc_info=error)
    return problem(request, 500, "unexpected", "Something went wrong here; the server's log says what.")
