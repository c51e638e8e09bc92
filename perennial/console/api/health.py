"""/health, /ready and /metrics: for those who operate the platform."""

from typing import Any

import psycopg
import redis
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from perennial import __version__
from perennial.audiences import list_runs
from perennial.console.api.access import CanRead
from perennial.database import Role, connect
from perennial.settings import HomeNotReadyError, load_settings

router = APIRouter(tags=["operations"])


@router.get("/health")
def health() -> dict[str, str]:
    """This process answers."""
    return {"status": "ok", "version": __version__}


@router.get("/ready")
def ready() -> Response:
    """Whether the servers behind the API answer: 200, or 503 saying which does not."""
    parts = {"postgres": _is_postgres_ready(), "online_store": _is_online_store_ready()}
    is_ready = all(parts.values())
    content: dict[str, Any] = {"status": "ready" if is_ready else "not ready", "parts": parts}
    if not is_ready:
        content["fix"] = "`perennial status` says what runs, `perennial up` starts it."
    return JSONResponse(content, status_code=200 if is_ready else 503)


@router.get("/metrics", dependencies=[CanRead], response_class=PlainTextResponse)
def metrics(request: Request) -> str:
    """Prometheus' text format: requests by route, and size, age and staleness of each stage's newest audience."""
    return "\n".join([*request.app.state.metrics.lines(), *_audience_lines(), ""])


def _audience_lines() -> list[str]:
    runs = list_runs()
    gauges = {
        "members": ("Members of the newest audience.", [run.row_count for run in runs]),
        "age_days": ("Days from its day to the default day.", [run.age_days for run in runs]),
        "is_stale": ("1 when older than the brand allows.", [int(run.is_stale) for run in runs]),
    }
    lines = []
    for name, (meaning, values) in gauges.items():
        gauge = f"perennial_audience_{name}"
        lines += [f"# HELP {gauge} {meaning}", f"# TYPE {gauge} gauge"]
        lines += [f'{gauge}{{stage="{run.stage}"}} {value}' for run, value in zip(runs, values, strict=True)]
    return lines


def _is_postgres_ready() -> bool:
    try:
        with connect(Role.READER, connect_timeout=2) as connection:
            connection.execute("select 1")
    except (psycopg.OperationalError, HomeNotReadyError):
        return False
    return True


def _is_online_store_ready() -> bool:
    try:
        with redis.Redis.from_url(load_settings().require("redis_url"), socket_connect_timeout=2) as client:
            return bool(client.ping())
    except (redis.RedisError, HomeNotReadyError):
        return False
