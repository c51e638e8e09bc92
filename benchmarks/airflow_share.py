"""How much of the chain's wall clock is Airflow's own: nobody's task running, and tasks that start and end."""

from datetime import datetime
from typing import Any

from rich.console import Console


def show(out: Console, tasks: list[dict[str, Any]]) -> None:
    """Print it for the task instances of one chain (dag_id, task_id, started_at, ended_at)."""
    spans = sorted((_time(task["started_at"]), _time(task["ended_at"])) for task in tasks)
    wall = (max(end for _, end in spans) - spans[0][0]).total_seconds()
    idle = wall - _covered(spans)
    empty = [_seconds(task) for task in tasks if task["task_id"] == "announce"]
    start_up = sum(empty) / len(empty)
    out.print(f"Airflow: {len(tasks)} tasks in {wall:.0f} s, from the first task's start to the last one's end")
    out.print(f"  no task running: {idle:.1f} s, {idle / wall:.0%} of the wall clock")
    share = start_up * len(tasks) / wall
    out.print(
        f"  a task that does nothing takes {start_up:.1f} s; {len(tasks)} of them one after another: {share:.0%}\n"
    )


def _covered(spans: list[tuple[datetime, datetime]]) -> float:
    covered, until = 0.0, spans[0][0]
    for start, end in spans:
        if end > until:
            covered += (end - max(start, until)).total_seconds()
            until = end
    return covered


def _seconds(task: dict[str, Any]) -> float:
    return (_time(task["ended_at"]) - _time(task["started_at"])).total_seconds()


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
