"""The HTTP API: what the packages offer, over the wire, with keys. `perennial serve` runs it."""

from perennial.console.api.app import create_app

__all__ = ["create_app"]
