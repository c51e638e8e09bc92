"""perennial serve: the HTTP API."""

from typing import Annotated

import typer

from perennial.console.cli.output import error_handler


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8000,
) -> None:
    """Serve the HTTP API; its description is at /docs."""
    import uvicorn

    from perennial.console.api import create_app

    with error_handler():
        uvicorn.run(create_app(), host=host, port=port, log_level="warning")


def register(app: typer.Typer) -> None:
    app.command()(serve)
