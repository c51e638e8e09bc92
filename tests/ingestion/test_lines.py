"""Lines come whole, numbered and bounded, and a bad stretch of a file does not take the rest with it."""

import gzip
import io

import pytest

from perennial.ingestion import lines as lines_module
from perennial.ingestion.envelope import Rejection
from perennial.ingestion.lines import Line, read_lines
from perennial.ingestion.reports import Reason


def read(data: bytes) -> list[Line | Rejection]:
    return list(read_lines(io.BufferedReader(io.BytesIO(data))))


def test_blank_lines_are_passed_over_but_counted() -> None:
    assert read(b"a\n\n  \nb") == [Line(1, b"a"), Line(4, b"b")]


def test_windows_line_ends_and_a_byte_order_mark_are_no_content() -> None:
    assert read(b"\xef\xbb\xbfa\r\nb\r\n") == [Line(1, b"a"), Line(2, b"b")]


def test_an_empty_file_has_no_lines() -> None:
    assert read(b"") == []
    assert read(gzip.compress(b"")) == []


def test_gzip_is_known_by_its_first_bytes() -> None:
    assert read(gzip.compress(b"a\nb\n")) == [Line(1, b"a"), Line(2, b"b")]


def test_several_gzip_members_are_one_file() -> None:
    assert read(gzip.compress(b"a\n") + gzip.compress(b"b\n")) == [Line(1, b"a"), Line(2, b"b")]


@pytest.mark.parametrize("end", [b"\nshort\n", b"\n"])
@pytest.mark.parametrize("length", [11, 25, 40])
def test_a_line_beyond_the_limit_is_refused_and_the_next_one_read(
    monkeypatch: pytest.MonkeyPatch, length: int, end: bytes
) -> None:
    monkeypatch.setattr(lines_module, "MAX_LINE_BYTES", 10)
    outcome = read(b"x" * length + end)
    assert outcome[0] == Rejection(1, Reason.TOO_LONG, b"x" * 11)
    assert outcome[1:] == ([Line(2, b"short")] if end == b"\nshort\n" else [])


def test_a_line_of_just_the_limit_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines_module, "MAX_LINE_BYTES", 10)
    assert read(b"x" * 10 + b"\ny\n") == [Line(1, b"x" * 10), Line(2, b"y")]


def test_what_stands_before_the_cut_of_a_gzip_file_is_read() -> None:
    whole = b"".join(b"line %d of many\n" % number for number in range(20_000))
    packed = gzip.compress(whole)
    outcome = read(packed[: len(packed) // 2])
    *before, last = outcome
    assert before == [Line(number + 1, b"line %d of many" % number) for number in range(len(before))]
    assert len(before) > 5_000
    assert isinstance(last, Rejection)
    assert (last.line, last.reason) == (len(before) + 1, Reason.CUT_SHORT)


def test_every_cut_of_a_small_gzip_file_is_reported() -> None:
    packed = gzip.compress(b"a\nb\n")
    for cut in range(2, len(packed)):
        assert any(isinstance(line, Rejection) and line.reason is Reason.CUT_SHORT for line in read(packed[:cut])), cut


def test_a_damaged_gzip_file_is_refused_from_the_damage_on() -> None:
    packed = bytearray(gzip.compress(b"".join(b"line %d of many\n" % number for number in range(50_000))))
    packed[len(packed) // 2] ^= 0xFF
    last = read(bytes(packed))[-1]
    assert isinstance(last, Rejection)
    assert last.reason is Reason.CUT_SHORT
