"""No event, however hostile, ends an ingest: it is loaded or refused with its reason, its neighbours are loaded."""

import json
import random
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perennial.ingestion import ingest_file
from perennial.ingestion.events import bounds, envelope, ids

pytestmark = pytest.mark.integration

Make = Callable[..., dict[str, Any]]
WriteLines = Callable[..., Path]
Ask = Callable[..., list[tuple[Any, ...]]]

unique = count()
HOSTILE = st.sampled_from(
    [
        *(
            None,
            True,
            -1,
            0,
            1e308,
            -1e308,
            5e-324,
            2**63,
            2**64 - 1,
            10**25,
            "",
            " ",
            "\0",
            "\ud7ff\ue000",
            "x" * 5_000,
        ),
        *(
            "1e400",
            "NaN",
            "Infinity",
            "-",
            "'; drop table raw.events; --",
            "%s",
            "\\",
            "\\u0000",
            "{",
            "\u202e",
            "9" * 400,
        ),
        *([], {}, [[]], {"": ""}, [None], {"a": {"b": [1e308, "\0"]}}, "0001-01-01", "9999-12-31T23:59:59-23:59", 1e14),
    ]
)
JSON = st.recursive(
    HOSTILE | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
TYPES = st.sampled_from(["track", "identify", "page", "screen", "group", "alias"])
EVENTS = st.sampled_from(["Order Completed", "Unsubscribed", "Email Bounced", "Email Opened", "\0", "x"])
CONSENT = st.fixed_dictionaries(
    {}, optional={"consent": JSON | st.fixed_dictionaries({"categoryPreferences": JSON}), "traits": JSON}
)
PROPERTIES = st.dictionaries(
    st.sampled_from(["order_id", "campaign_id", "total", "products", "type", "email", "channel"]), JSON
)
MESSAGES = st.fixed_dictionaries(
    {"type": TYPES, "event": EVENTS},
    optional={
        **dict.fromkeys(("userId", "anonymousId", "previousId", "user_id", "groupId", "name", "traits", "batch"), JSON),
        **dict.fromkeys(("timestamp", "originalTimestamp", "sentAt", "receivedAt", "sent_at"), JSON),
        "context": CONSENT | JSON,
        "properties": PROPERTIES | JSON,
    },
)
on_one_server = settings(
    derandomize=True,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@on_one_server
@given(lines=st.lists(st.binary(max_size=200) | MESSAGES, min_size=1, max_size=30))
def test_whatever_a_file_holds_its_good_events_are_loaded(
    lines: list[bytes | dict[str, Any]], ask: Ask, tmp_path: Path
) -> None:
    run = next(unique)
    good = {"type": "page", "userId": "ada", "timestamp": "2020-05-01T10:00:00Z"}
    path = tmp_path / "events.jsonl"
    with path.open("wb") as file:
        for number, line in enumerate([good, *lines, good]):
            defaults = {"messageId": f"{run}-{number}", "userId": "ada", "timestamp": "2020-05-01T10:00:00Z"}
            text = line if isinstance(line, bytes) else json.dumps(defaults | line).encode()
            file.write(text + b"\n")
    report = ingest_file(path)
    assert report.failure is None
    ends = [f"{run}-0", f"{run}-{len(lines) + 1}"]
    assert ask("select count(*) from raw.events where message_id = any(%s)", ends) == [(2,)]
    assert report.count_loaded + report.count_duplicate + report.count_rejected >= len(
        [line for line in lines if isinstance(line, dict)]
    )


@pytest.mark.parametrize(
    "times",
    [
        {"originalTimestamp": "1970-01-01T00:00:00Z", "sentAt": "9999-12-31T23:59:59Z"},
        {"originalTimestamp": "9999-12-31T23:59:59Z", "sentAt": "1970-01-01T00:00:00Z"},
        {"originalTimestamp": "0001-01-01T00:00:00Z", "sentAt": "9999-12-31T23:59:59Z"},
        {"originalTimestamp": "1970-01-01", "sentAt": "1971-01-01", "receivedAt": "1970-01-01"},
    ],
)
def test_clocks_that_cannot_be_do_not_end_an_ingest(
    times: dict[str, str], track: Make, write_lines: WriteLines, ask: Ask
) -> None:
    line = track("m1", **{"receivedAt": "2020-05-01T10:00:05Z", **times})
    assert ingest_file(write_lines(line, track("m2"))).count_loaded == 2
    assert ask("select distinct occurred_at::date::text from raw.events") == [("2020-05-01",)]


def test_an_event_that_postgresql_cannot_hold_is_refused_alone(
    track: Make, write_lines: WriteLines, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were a bound forgotten: a random id of 5,000 bytes is longer than an index takes."""
    generator = random.Random(5)
    for module in (ids, envelope):
        monkeypatch.setattr(module, "MAX_ID_BYTES", 10_000)
    long_id = "".join(chr(generator.randrange(33, 126)) for _ in range(5_000))
    lines = [track(f"m{number}") for number in range(20)]
    report = ingest_file(write_lines(*lines[:7], track("bad", userId=long_id), *lines[7:]))
    assert (report.count_loaded, report.reasons) == (20, {"PostgreSQL cannot store it": 1})
    assert ask("select line, reason from raw.rejected_events") == [(8, "PostgreSQL cannot store it")]


def test_an_exception_of_our_own_refuses_its_line_only(
    track: Make, write_lines: WriteLines, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_on_m2(message: dict[str, Any]) -> None:
        if message["messageId"] == "m2":
            raise ZeroDivisionError

    monkeypatch.setattr(envelope, "check_mappings", fail_on_m2)
    assert bounds.check_mappings is not fail_on_m2
    assert ingest_file(write_lines(*(track(f"m{number}") for number in range(4)))).count_loaded == 3
    assert ask("select line, reason from raw.rejected_events") == [(3, "cannot be read")]
