"""Lines come whole, numbered and bounded, and a bad stretch of a file does not take the rest with it."""

import gzip
import io
import re
from collections.abc import Callable

import pytest

from perennial.ingestion import UnreadableFileError
from perennial.ingestion.decoding import forms
from perennial.ingestion.decoding import lines as lines_module
from perennial.ingestion.decoding.lines import Line, read_lines
from perennial.ingestion.rejections import Rejection
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


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("size", [1, 3, 1 << 16])
def test_lines_end_with_lf_crlf_or_cr(monkeypatch: pytest.MonkeyPatch, end: bytes, size: int) -> None:
    monkeypatch.setattr(forms, "CHUNK_BYTES", size)
    assert read(end.join([b"a", b"b", b"", b"c"])) == [Line(1, b"a"), Line(2, b"b"), Line(4, b"c")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_utf_16_and_utf_32_are_read_as_what_they_are(encoding: str, pack: Callable[[bytes], bytes]) -> None:
    assert read(pack('{"a": "ü"}\r\n{"b": "🦊"}'.encode(encoding))) == [
        Line(1, '{"a": "ü"}'.encode()),
        Line(2, '{"b": "🦊"}'.encode()),
    ]


def test_utf_16_cut_in_a_character_is_reported() -> None:
    *before, last = read('{"a": 1}\n{"b": 2}\n'.encode("utf-16")[:-1])
    assert before == [Line(1, b'{"a": 1}')]
    assert isinstance(last, Rejection)
    assert last.reason is Reason.DAMAGED_UTF16


def test_a_byte_order_mark_at_the_start_of_any_gzip_member_is_no_content() -> None:
    members = [gzip.compress(b'\xef\xbb\xbf{"a": 1}\n'), gzip.compress(b'\xef\xbb\xbf{"b": 2}')]
    assert read(b"".join(members)) == [Line(1, b'{"a": 1}'), Line(2, b'{"b": 2}')]


def test_a_long_line_of_objects_is_read_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines_module, "MAX_LINE_BYTES", 50)
    monkeypatch.setattr(forms, "CHUNK_BYTES", 16)
    objects = [b'{"a": %d}' % number for number in range(40)]
    for line in (b"".join(objects), b"[" + b", ".join(objects) + b"]"):
        assert read(line + b'\n{"last": 1}') == [*(Line(1, one) for one in objects), Line(2, b'{"last": 1}')]


def test_a_json_text_over_many_lines_is_its_values() -> None:
    assert [line.data for line in read(b'[\n{"a": 1},\n{"b":\n 2}\n]\n')] == [b'{"a": 1}', b'{"b":\n 2}']
    assert read(b'{\n "a": 1\n}\n') == [Line(1, b'{\n "a": 1\n}')]
    assert read(b'{"batch": [\n{"a": 1}\n]}') == [Line(1, b'{"batch": [\n{"a": 1}\n]}')]


@pytest.mark.parametrize("cut", [b"{", b'{"a": {', b'{"a": 1,', b"{cut", b"["])
def test_a_first_line_that_was_cut_takes_no_other_line_with_it(cut: bytes) -> None:
    outcome = read(cut + b'\n{"b": 2}\n{"c": 3}')
    assert [line.data for line in outcome][-2:] == [b'{"b": 2}', b'{"c": 3}']


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04", "a zip archive or a spreadsheet: unpack it (unzip day.jsonl)"),
        (b"PAR1", "a Parquet file: type `perennial ingest orders"),
        (b"\x28\xb5\x2f\xfd", "compressed with zstd: unpack it: zstd -d day.jsonl"),
        (gzip.compress(gzip.compress(b"{}", mtime=0), mtime=0), "gzip within gzip"),
        (gzip.compress(b"\0" * 257 + b"ustar", mtime=0), "a tar archive"),
        (
            b"order,customer\n1,a\n",
            "a table (CSV) with the columns order, customer, not events: type `perennial ingest orders day",
        ),
        (b'\xef\xbb\xbf"Order Id";Total\r\n1;5,00\r\n', "the columns Order Id, Total"),
        ("order\tcustomer\n1\ta\n".encode("utf-16"), "the columns order, customer"),
    ],
)
def test_a_file_that_holds_no_events_is_named_with_what_to_do(content: bytes, message: str) -> None:
    with pytest.raises(UnreadableFileError, match=re.escape(message)):
        list(read_lines(io.BufferedReader(io.BytesIO(content)), "day.jsonl"))


@pytest.mark.parametrize("lines", [b"hello, world", b"a,b\n{}", b"{}\na,b", b"{cut, here\nand, there", b"one\ntwo"])
def test_what_is_no_table_is_read_line_by_line(lines: bytes) -> None:
    assert [line.data for line in read(lines)] == lines.splitlines()
