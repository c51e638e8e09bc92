"""How a table will be understood, without a word of it written."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

import orjson

from perennial.ingestion.events.envelope import Event
from perennial.ingestion.events.issues import Issue
from perennial.ingestion.events.rules import Rules, rules_of
from perennial.ingestion.reading import Outcome, read_line
from perennial.ingestion.rejections import Rejection, readable
from perennial.ingestion.reports import Example
from perennial.ingestion.tables.contracts import PreviewedEvent, TablePreview
from perennial.ingestion.tables.pipeline import Understood
from perennial.ingestion.tables.resolution import Dated
from perennial.lifecycle import load_lifecycle

FIRST_EVENTS = 10
_EXCERPT_CHARACTERS = 120


def preview(understood: Understood) -> TablePreview:
    """Everything of a table is checked as it would be on its way in; the first orders, or people, are kept."""
    rules, now = rules_of(load_lifecycle()), datetime.now(UTC)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    reasons, issues = Counter[str](), Counter[str]()
    examples: dict[str, Example] = {}
    first: list[PreviewedEvent] = []
    for outcome in understood.outcomes():
        for each in _checked(outcome, now, rules):
            if isinstance(each, Event) and isinstance(outcome, Dated):
                counts[each.event or each.type][outcome.novelty.value] += 1
                if len(first) < FIRST_EVENTS and understood.kind.is_shown(each):
                    first.append(PreviewedEvent(outcome.novelty.value, each.line, orjson.loads(outcome.data())))
            elif isinstance(each, Rejection):
                reasons[each.reason.value] += 1
                excerpt = readable(each.payload[: _EXCERPT_CHARACTERS * 4])[:_EXCERPT_CHARACTERS]
                examples.setdefault(each.reason.value, Example(each.reason.value, each.line, excerpt))
            elif isinstance(each, Issue):
                issues[each.kind.value] += 1
                examples.setdefault(each.kind.value, Example(each.kind.value, each.line, each.detail))
    return TablePreview(
        understood.reading,
        tuple(first),
        {name: dict(counted) for name, counted in counts.items()},
        dict(reasons),
        dict(issues),
        tuple(examples.values()),
    )


def _checked(outcome: Dated | Rejection | Issue, now: datetime, rules: Rules) -> Sequence[Outcome]:
    if isinstance(outcome, Dated):
        return read_line(outcome.statement.line, outcome.data(), now, rules)
    return [outcome]
