"""The embedded platform: real servers from wheels, run in one home, bound to loopback."""

from perennial.platform.home import BrokenHomeError
from perennial.platform.supervisor import Health, PlatformError, down, status, up

__all__ = ["BrokenHomeError", "Health", "PlatformError", "down", "status", "up"]
