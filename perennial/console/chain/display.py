"""The DAG chain as it runs, drawn for a terminal: one line per DAG, its tasks below it."""

from datetime import UTC, datetime
from typing import Self

from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text

from perennial.console.chain.airflow_client import DagRun, TaskRun
from perennial.console.chain.chain_run import CHAIN, ChainProgress
from perennial.console.terminal import err

MARKS = {
    "success": ("✔", "green"),
    "failed": ("✘", "red"),
    "running": ("●", "yellow"),
    "up_for_retry": ("↻", "yellow"),
    "upstream_failed": ("✘", "red"),
}
PENDING = ("·", "dim")


class ChainDisplay:
    """A live view on a terminal; on anything else, one line per finished task."""

    def __init__(self) -> None:
        self._live = Live(console=err, refresh_per_second=2, transient=False) if err.is_terminal else None
        self._printed: set[tuple[str, str, int]] = set()

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._live.stop()

    def update(self, progress: ChainProgress) -> None:
        if self._live:
            self._live.update(draw(progress))
            return
        for dag_id, tasks in progress.tasks.items():
            for task in tasks:
                self._print(dag_id, task)

    def _print(self, dag_id: str, task: TaskRun) -> None:
        key = (dag_id, task.task_id, task.map_index)
        if task.state in {"success", "failed"} and key not in self._printed:
            self._printed.add(key)
            err.print(f"{MARKS[task.state][0]} {dag_id}: {task.name} ({task.seconds or 0:.0f} s)")


def draw(progress: ChainProgress) -> RenderableType:
    """The whole chain as it stands now."""
    lines: list[Text] = []
    for dag_id in CHAIN:
        run = progress.runs.get(dag_id)
        lines.append(_line(run.state if run else None, dag_id, run, indent="", style="bold" if run else "dim"))
        lines += [_line(task.state, task.name, task, indent="   ", style="") for task in progress.tasks.get(dag_id, [])]
    return Group(*lines)


def _line(state: str | None, name: str, timed: DagRun | TaskRun | None, *, indent: str, style: str) -> Text:
    mark, colour = MARKS.get(state or "", PENDING)
    line = Text(f"{indent}{mark} ", style=colour).append(f"{name:<{44 - len(indent)}}", style=style)
    return line.append(f"{_elapsed(timed):>6}", style="dim")


def _elapsed(timed: DagRun | TaskRun | None) -> str:
    if timed is None or timed.started_at is None:
        return ""
    seconds = timed.seconds if timed.ended_at else (datetime.now(UTC) - timed.started_at).total_seconds()
    return f"{seconds:.0f} s"
