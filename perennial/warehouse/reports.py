"""The report of a build: each node's outcome, and what went wrong."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

FAILED = frozenset({"error", "fail", "runtime error", "partial success"})
SKIPPED = "skipped"
SHOWN_FAILURES = 5
_OF_THE_MOMENT = re.compile(
    r"connection|could not connect|too many clients|recovery mode|starting up|shutting down|terminating|deadlock|"
    r"timeout|could not serialize|no space left|out of memory|dbt was stopped",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class NodeResult:
    """One model, test or source of the run. `rows`: those written, where the warehouse reports it, else None."""

    name: str
    resource_type: str
    status: str
    seconds: float
    rows: int | None
    message: str

    @property
    def is_failed(self) -> bool:
        return self.status in FAILED

    def __str__(self) -> str:
        rows = f"{self.rows:>12,} rows" if self.rows is not None else " " * 17
        return f"{self.status:<8} {self.resource_type:<9} {self.name:<44} {rows} {self.seconds:8.2f} s"


@dataclass(frozen=True)
class BuildReport:
    """Every node that ran, in the order in which they finished, and the seconds of the whole."""

    as_of: date
    nodes: Sequence[NodeResult]
    seconds: float

    @property
    def failed(self) -> list[NodeResult]:
        return [node for node in self.nodes if node.is_failed]

    @property
    def warned(self) -> list[NodeResult]:
        return [node for node in self.nodes if node.status == "warn"]

    @property
    def count_skipped(self) -> int:
        return sum(node.status == SKIPPED for node in self.nodes)

    def rows(self, name: str) -> int | None:
        """What the node called `name` wrote in this run; None when it did not run or does not say."""
        return next((node.rows for node in self.nodes if node.name == name), None)

    def __str__(self) -> str:
        models = [str(node) for node in self.nodes if node.resource_type != "test" or node.is_failed]
        count_tests = sum(node.resource_type == "test" for node in self.nodes)
        summary = (
            f"Marts as of {self.as_of}: {len(self.nodes) - count_tests} models, {count_tests} tests, "
            f"{len(self.failed)} failed, {self.count_skipped} skipped, {self.seconds:.1f} s"
        )
        return "\n".join([*models, summary])


class BuildFailedError(RuntimeError):
    """The marts were not built as asked; the text says which node failed, why, and what was left undone."""

    def __init__(self, message: str, report: BuildReport | None = None) -> None:
        super().__init__(message)
        self.report = report

    @property
    def is_of_the_moment(self) -> bool:
        """Whether the same build may succeed later: PostgreSQL did not answer, a lock or space was missing.

        What dbt cannot compile, SQL that PostgreSQL refuses and data that break a test stay as they are.
        """
        messages = [node.message for node in self.report.failed] if self.report else [str(self)]
        return all(_OF_THE_MOMENT.search(message) for message in messages)


def failure(report: BuildReport) -> BuildFailedError:
    """The error that names a report's failed nodes, the first of them first."""
    count = len(report.failed)
    first = report.failed[:SHOWN_FAILURES]
    shown = [f"{node.resource_type} {node.name}: {_first_lines(node.message)}" for node in first]
    more = [f"and {count - SHOWN_FAILURES} more"] if count > SHOWN_FAILURES else []
    summary = (
        f"The warehouse build as of {report.as_of} failed in {count} place{'s' if count > 1 else ''}; "
        f"{report.count_skipped} that depend on them were skipped and keep what they held."
    )
    return BuildFailedError("\n".join([*shown, *more, summary]), report)


def _first_lines(message: str) -> str:
    return " ".join(line.strip() for line in message.strip().splitlines()[:6])
