"""A line may hold one event or several, in every way in which files put them."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from perennial.ingestion.events.envelope import Event
from perennial.ingestion.events.ids import nobody
from perennial.ingestion.events.rules import Rules
from perennial.ingestion.reading import read_line
from perennial.ingestion.rejections import Rejection
from perennial.ingestion.reports import Reason

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
RULES = Rules(nobody(), frozenset(), frozenset())


def page(message_id: str, **fields: Any) -> dict[str, Any]:
    return {"type": "page", "messageId": message_id, "userId": "ada", "timestamp": "2020-05-01T10:00:00Z"} | fields


def read(text: str) -> list[str]:
    """Message ids of events, reasons of refusals."""
    outcomes = read_line(3, text.encode(), NOW, RULES)
    assert all(isinstance(outcome, Event | Rejection) and outcome.line == 3 for outcome in outcomes)
    return [outcome.message_id if isinstance(outcome, Event) else str(outcome[1]) for outcome in outcomes]


M1, M2 = json.dumps(page("m1")), json.dumps(page("m2"))


@pytest.mark.parametrize(
    "text",
    [
        f"{M1}{M2}",
        f"{M1} {M2}",
        f"{M1},{M2},",
        f"{M1}\x1e{M2}",
        f"\ufeff{M1}\ufeff{M2}",
        f"[{M1},{M2}]",
        f"[[{M1}],[{M2}]]",
        f'{{"batch":[{M1},{M2}]}}',
        f'{{"batch":[{M1},{M2}],"sentAt":"2020-05-01T10:00:00Z","writeKey":"k","context":{{"ip":"::1"}}}}',
        f'[{{"batch":[{M1}]}},{{"type":"batch","batch":[{M2}]}}]',
        f'{{"batch":[{M1}]}}{M2}',
    ],
)
def test_every_event_of_a_line_is_read(text: str) -> None:
    assert read(text) == ["m1", "m2"]


def test_what_is_bad_among_several_is_refused_alone() -> None:
    assert read(f"{M1}{{cut{M2}") == ["m1", Reason.MALFORMED]
    assert read(f'[{M1}, {{"type": "wave"}}, 7, {M2}]') == ["m1", Reason.UNKNOWN_TYPE, Reason.NOT_AN_OBJECT, "m2"]
    assert read(f'{{"batch": [{M1}, null]}}') == ["m1", Reason.NOT_AN_OBJECT]
    assert read(f'{M1}{{"a": 1e999}}{M2}') == ["m1", Reason.NOT_STORABLE, "m2"]


@pytest.mark.parametrize("text", ["{cut", '{"a": ]}', '{"a": 1,}', '{"a": 1} {cut'])
def test_a_line_without_any_event_in_it_is_refused_once(text: str) -> None:
    assert len(read(text)) <= len(text.split("} {"))
    assert Reason.MALFORMED in read(text)


def test_an_event_with_a_batch_of_its_own_is_an_event() -> None:
    assert read(json.dumps(page("m1", batch=[1, 2]))) == ["m1"]


def test_a_batch_in_a_batch_is_not_unpacked_for_ever() -> None:
    text = M1
    for _ in range(5):
        text = f'{{"batch":[{text}]}}'
    assert read(text) == [Reason.UNKNOWN_TYPE]


def test_the_context_of_a_batch_is_its_events() -> None:
    refusal = '{"consent": {"categoryPreferences": {"email": false}}}'
    (event,) = read_line(1, f'{{"batch":[{M1}],"context":{refusal}}}'.encode(), NOW, RULES)[:1]
    assert isinstance(event, Event)
    assert json.loads(event.payload)["context"] == json.loads(refusal)
