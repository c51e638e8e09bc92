"""What an ingest counts as it goes, and the first of each for its report."""

from collections import Counter
from collections.abc import Iterable, Sequence

from perennial.ingestion.events.issues import Issue, IssueKind
from perennial.ingestion.load import Counts
from perennial.ingestion.rejections import Rejection, readable
from perennial.ingestion.reports import Example, IngestReport

_EXCERPT_CHARACTERS = 120


class Tally:
    """Counts of the events of one source."""

    def __init__(self) -> None:
        self._counts = Counts(0, 0, 0, 0)
        self._reasons: Counter[str] = Counter()
        self._issues: Counter[str] = Counter()
        self._examples: dict[str, Example] = {}

    @property
    def rejected(self) -> int:
        return self._counts.rejected

    def add(
        self, counts: Counts, refused: Sequence[Rejection], issues: Iterable[Issue], conflicts: Iterable[Example]
    ) -> None:
        """Count what one transaction committed; `conflicts` are the first ones of it."""
        self._counts = Counts(*map(sum, zip(self._counts, counts, strict=True)))
        self._reasons.update(rejection.reason.value for rejection in refused)
        self._issues.update(issue.kind.value for issue in issues)
        if counts.conflicting:
            self._issues[IssueKind.REUSED_MESSAGE_ID.value] += counts.conflicting
        for rejection in refused:
            if rejection.reason.value not in self._examples:
                excerpt = readable(rejection.payload[: _EXCERPT_CHARACTERS * 4])[:_EXCERPT_CHARACTERS]
                self._keep(Example(rejection.reason.value, rejection.line, excerpt))
        for issue in issues:
            if issue.kind.value not in self._examples:
                excerpt = f"{issue.detail} in {issue.message_id}" if issue.message_id else issue.detail
                self._keep(Example(issue.kind.value, issue.line, excerpt))
        for conflict in conflicts:
            self._keep(conflict)

    def report(self, source: str, seconds: float) -> IngestReport:
        """The report of everything counted."""
        loaded, duplicate, conflicting, rejected = self._counts
        return IngestReport(
            source,
            loaded,
            duplicate,
            rejected,
            dict(self._reasons),
            seconds,
            conflicting,
            dict(self._issues),
            tuple(self._examples.values()),
        )

    def _keep(self, example: Example) -> None:
        self._examples.setdefault(example.what, example)
