"""JSON values come out of whatever holds several of them, whole and in bounded memory."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perennial.ingestion.decoding.unbatching import unbatch
from perennial.ingestion.decoding.values import Value, ValueSplitter, split_values

steadily = settings(derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.lists(st.dictionaries(st.text(), JSON, max_size=3), max_size=5)
SEPARATORS = st.sampled_from(["", " ", "\n", ",", ",\n", "\x1e", "\ufeff"])


def split_in_pieces(data: bytes, size: int, **options: int) -> list[Value]:
    splitter = ValueSplitter(**options)
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    return [*(value for piece in pieces for value in splitter.feed(piece)), *splitter.close()]


@steadily
@given(OBJECTS, SEPARATORS, st.integers(1, 50), st.booleans())
def test_objects_come_out_as_they_went_in_however_they_are_put_and_fed(
    objects: list[dict[str, Any]], separator: str, size: int, is_array: bool
) -> None:
    text = separator.join(json.dumps(one, ensure_ascii=False) for one in objects)
    data = (f"[{text}]" if is_array else text).encode()
    assert [json.loads(value.data) for value in split_in_pieces(data, size)] == objects


@steadily
@given(st.binary(max_size=300), st.integers(1, 40))
def test_pieces_make_no_difference_whatever_the_bytes(data: bytes, size: int) -> None:
    whole = [value.data for value in split_in_pieces(data, len(data) or 1)]
    assert [value.data for value in split_in_pieces(data, size)] == whole


def test_values_know_the_line_they_began_on() -> None:
    values = split_in_pieces(b'[\n{"a":\n1},\n\n{"b": 2}, {"c": 3}\n]', 4)
    assert [(value.line, value.data) for value in values] == [
        (2, b'{"a":\n1}'),
        (5, b'{"b": 2}'),
        (5, b'{"c": 3}'),
    ]


def test_what_stands_between_objects_is_a_value_of_its_own() -> None:
    assert split_values(b'{"a": 1} junk {"b": 2} "}{" {"c": ') == [
        b'{"a": 1}',
        b"junk",
        b'{"b": 2}',
        b'"}{"',
        b'{"c":',
    ]


@pytest.mark.parametrize("filling", [b"x" * 500, b"\\" * 500, b'\\"' * 250])
@pytest.mark.parametrize("size", [1, 7, 100])
def test_a_value_too_long_is_cut_and_the_next_one_read(filling: bytes, size: int) -> None:
    data = b'{"a": 1} {"long": "' + filling + b'"} {"b": 2}'
    first, long, last = split_in_pieces(data, size, longest=300)
    assert (first, last) == (Value(1, b'{"a": 1}'), Value(1, b'{"b": 2}'))
    assert long == Value(1, data[9:310], is_too_long=True)


def test_a_batch_may_be_longer_than_an_event() -> None:
    batch = json.dumps({"batch": [{"a": "x" * 200} for _ in range(20)]}).encode()
    (value,) = split_in_pieces(batch, 100, longest=300)
    assert value == Value(1, batch)


def test_an_event_of_a_batch_has_what_the_batch_states_for_all() -> None:
    batch = (
        '{"sentAt": "2020-05-01", "context": {"ip": "::1", "a": {"b": 1}},'
        ' "batch": [{"x": 1.10}, {"context": {"a": 2}}, {"sentAt": null, "context": {}}, 7]}'
    )
    first, second, third, last = unbatch(batch)
    assert json.loads(first) == {"sentAt": "2020-05-01", "context": {"ip": "::1", "a": {"b": 1}}, "x": 1.1}
    assert b"1.10" in first
    assert json.loads(second) == {"sentAt": "2020-05-01", "context": {"ip": "::1", "a": 2}}
    assert json.loads(third) == {"sentAt": None, "context": {"ip": "::1", "a": {"b": 1}}}
    assert last == b"7"


def test_a_batch_without_common_fields_is_its_events() -> None:
    assert unbatch('{"batch":[{"x":1},{}],"context":{},"sentAt":"s"}') == [b'{"sentAt":"s","x":1}', b'{"sentAt":"s"}']
