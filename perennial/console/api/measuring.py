"""Counts and seconds of requests by route, as Prometheus reads them. No path and no id is kept, only the route."""

import threading
import time
from collections import defaultdict
from collections.abc import Iterator

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_UNKNOWN = "(none)"
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class RequestMetrics:
    """What this process has answered since it started."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: defaultdict[tuple[str, str, int], int] = defaultdict(int)
        self._seconds: defaultdict[tuple[str, str], float] = defaultdict(float)

    def record(self, method: str, route: str, status: int, seconds: float) -> None:
        with self._lock:
            self._counts[method, route, status] += 1
            self._seconds[method, route] += seconds

    def lines(self) -> Iterator[str]:
        with self._lock:
            counts, seconds = dict(self._counts), dict(self._seconds)
        yield "# HELP perennial_http_requests_total Requests answered."
        yield "# TYPE perennial_http_requests_total counter"
        for (method, route, status), count in sorted(counts.items()):
            yield f'perennial_http_requests_total{{method="{method}",route="{route}",status="{status}"}} {count}'
        yield "# HELP perennial_http_request_seconds_total Seconds spent answering."
        yield "# TYPE perennial_http_request_seconds_total counter"
        for (method, route), spent in sorted(seconds.items()):
            yield f'perennial_http_request_seconds_total{{method="{method}",route="{route}"}} {spent:.6f}'


class MeasuredRequests:
    """ASGI middleware that records every request, and keeps browsers from guessing at content."""

    def __init__(self, app: ASGIApp, metrics: RequestMetrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, started = 500, time.perf_counter()

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-content-type-options", b"nosniff")]
            await send(message)

        try:
            await self._app(scope, receive, watch)
        finally:
            route = getattr(scope.get("route"), "path", _UNKNOWN)
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self._metrics.record(method, route, status, time.perf_counter() - started)
