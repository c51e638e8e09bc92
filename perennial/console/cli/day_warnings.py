"""What to know of the default day before reading a result: stray events behind it, or a history that ended long ago."""

from datetime import UTC, datetime

from perennial.as_of import NoEventsError, default_day
from perennial.console.terminal import err


def print_day_warnings() -> None:
    """Each warning on standard error, so that what a program reads stays as it is; none without events."""
    try:
        day = default_day()
    except NoEventsError:
        return
    for warning in day.warnings(datetime.now(UTC).date()):
        err.print(f"[yellow]{warning}[/]", soft_wrap=True)
