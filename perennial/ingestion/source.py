"""Where events come from, and the batches in which they go on."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from perennial.ingestion.decoding.lines import Line
from perennial.ingestion.events.envelope import Event
from perennial.ingestion.events.issues import Issue
from perennial.ingestion.rejections import Rejection
from perennial.ingestion.reports import Progress


@dataclass(frozen=True)
class Source:
    """Where lines come from and under which name they go into `raw`; refusals and issues go with them.

    `total` and `position` measure progress in the same unit; without them it is measured in lines. A source that may
    make its reader wait, a pipe, is no `is_available` one: it is read only when the last batch is in, and can be
    interrupted.
    """

    name: str
    lines: Iterable[Line | Rejection | Issue]
    total: int | None = None
    position: Callable[[], int] | None = None
    progress: Progress | None = None
    is_available: bool = True

    def report_progress(self, done: int) -> None:
        if self.progress:
            self.progress(done, self.total)


@dataclass
class Batch:
    """What was read of lines that are loaded together; `done` is how far the source had been read behind them."""

    events: list[Event] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    done: int = 0

    def halves(self) -> tuple["Batch", "Batch"]:
        middle = len(self.events) // 2
        return Batch(self.events[:middle], self.rejections, self.issues), Batch(self.events[middle:])
