"""A progress bar on standard error, driven by a function's progress callback."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from perennial.console.terminal import err


@contextmanager
def progress_bar(what: str, *, as_json: bool = False) -> Iterator[Callable[[int, int | None], None]]:
    """A callback (done, total or None) that draws one line; draws nothing off a terminal or `as_json`."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, disable=as_json or not err.is_terminal) as bars:
        task = bars.add_task(what, total=None)

        def update(done: int, total: int | None) -> None:
            bars.update(task, completed=done, total=total)

        yield update
