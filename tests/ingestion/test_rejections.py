"""What is kept of a refused line can be read, stored and recognised."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perennial.ingestion.rejections import MAX_PAYLOAD_CHARACTERS, Rejection, fingerprint, readable
from perennial.ingestion.reports import Reason

steadily = settings(derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@steadily
@given(st.binary(max_size=300))
def test_any_bytes_become_text_that_postgresql_can_hold(data: bytes) -> None:
    text = readable(data)
    text.encode()
    assert "\x00" not in text


@steadily
@given(st.text().filter(lambda text: "\x00" not in text))
def test_text_is_kept_as_it_was(text: str) -> None:
    assert readable(text.encode()) == text


def test_long_payloads_are_cut_and_say_so() -> None:
    text = readable("é".encode() * 900_000)
    assert text.startswith("é" * MAX_PAYLOAD_CHARACTERS)
    assert text.endswith("(cut; 1,800,000 bytes were read)")


def test_a_fingerprint_distinguishes_source_line_and_content() -> None:
    marks = {
        fingerprint(source, Rejection(line, Reason.MALFORMED, payload))
        for source in ("a.jsonl", "b.jsonl")
        for line in (1, 2)
        for payload in (b"x", b"y")
    }
    assert len(marks) == 8
    assert fingerprint("a.jsonl", Rejection(1, Reason.MALFORMED, b"x")) in marks
