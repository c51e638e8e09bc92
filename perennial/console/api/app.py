"""The application: every route, the answers to errors, and what is measured."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from perennial import __version__
from perennial.console.api import audiences, customers, data_issues, health, pages
from perennial.console.api.measuring import MeasuredRequests, RequestMetrics
from perennial.console.api.problems import answer_problems
from perennial.features import feature_store
from perennial.settings import HomeNotReadyError
from perennial.telemetry_off import switch_off_usage_reporting


def create_app() -> FastAPI:
    """The API as an ASGI application, for uvicorn. Its description is at /openapi.json, as a page at /docs."""
    switch_off_usage_reporting()
    app = FastAPI(
        title="Perennial",
        version=__version__,
        description="Scored lifecycle audiences, and why each customer is in or out.",
        docs_url=None,  # FastAPI's own pages load their scripts from a CDN; the one here loads nothing
        redoc_url=None,
        lifespan=_warm_up,
    )
    app.state.metrics = RequestMetrics()
    app.add_middleware(MeasuredRequests, metrics=app.state.metrics)
    answer_problems(app)
    for part in (audiences, customers, data_issues, health, pages):
        app.include_router(part.router)
    return app


@asynccontextmanager
async def _warm_up(_: FastAPI) -> AsyncIterator[None]:
    # Feast takes seconds to import: better at the start than in the first request.
    threading.Thread(target=_open_store, name="warm-up", daemon=True).start()
    yield


def _open_store() -> None:
    try:
        feature_store()
    except (HomeNotReadyError, OSError):
        return  # /ready says what is missing
