"""The gate's report: the result of each check, and whether the data may be used."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path


class Severity(StrEnum):
    """A failed critical check stops the data; a failed warning is shown and lets it pass."""

    CRITICAL = "critical"
    WARNING = "warning"


@dataclass(frozen=True)
class Check:
    """One expectation and its result. Neither `observed` nor `expected` ever holds a customer's id or value.

    `accepted`: until when, by whom and why a person lets it fail.
    """

    name: str
    severity: Severity
    is_success: bool
    observed: str
    expected: str
    meaning: str
    accepted: str | None = None

    def __str__(self) -> str:
        return f"{self.name}: expected {self.expected}; found {self.observed}. {self.meaning}"


@dataclass(frozen=True)
class GateReport:
    """One run of a suite. `data_docs` is its page; `compared_with` names the earlier run it was compared with.

    `cadence`: of the marts, the brand's rhythm and from how many gaps it is known, in sentences.
    """

    suite: str
    as_of: date
    results: list[Check]
    seconds: float
    data_docs: Path
    compared_with: str
    cadence: str = ""

    @property
    def failures(self) -> list[Check]:
        return _failed(self.results, Severity.CRITICAL)

    @property
    def warnings(self) -> list[Check]:
        return _failed(self.results, Severity.WARNING)

    @property
    def accepted(self) -> list[Check]:
        return [check for check in self.results if check.accepted and not check.is_success]

    @property
    def is_success(self) -> bool:
        return not self.failures

    def __str__(self) -> str:
        verdict = "passed" if self.is_success else "FAILED"
        head = (
            f"Gate {self.suite} as of {self.as_of} {verdict}: {len(self.results)} checks, "
            f"{len(self.failures)} critical failures, {len(self.warnings)} warnings, {self.seconds:.1f} s. "
            f"{self.compared_with}"
        )
        lines = [f"  FAILED  {check}" for check in self.failures] + [f"  warning {check}" for check in self.warnings]
        lines += [f"  accepted {check.accepted} -- {check}" for check in self.accepted]
        return "\n".join([head, *lines, f"  Data Docs: {self.data_docs}"])


class GateFailedError(RuntimeError):
    """The data may not be used. Its message lists each critical failure: expected, found, and what to do."""

    def __init__(self, report: GateReport) -> None:
        self.report = report
        reasons = "\n".join(f"- {check}" for check in report.failures)
        super().__init__(
            f"The gate stopped {report.suite} as of {report.as_of}: nothing downstream may use it, the last good "
            f"audiences stay in place.\n{reasons}\nThe whole report: {report.data_docs}"
        )


class GateBrokenError(RuntimeError):
    """A check could not run at all, so nothing is known about the data and nothing may use it."""


def _failed(checks: Iterable[Check], severity: Severity) -> list[Check]:
    return [check for check in checks if check.severity is severity and not check.is_success and not check.accepted]
