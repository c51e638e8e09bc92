"""Text made by whole columns equals text made value by value."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perennial.simulation.columns import (
    as_lines,
    chosen,
    iso_timestamp,
    money,
    number,
    side_by_side,
    where,
    without_padding,
    zero_padded,
)


@given(st.lists(st.integers(0, 10**8 - 1), min_size=1, max_size=30))
def test_numbers_are_written_as_python_writes_them(values: list[int]) -> None:
    column = np.array(values)
    assert without_padding(as_lines(side_by_side(len(values), [number(column, 8), b"\n"]))).split() == [
        str(value).encode() for value in values
    ]
    assert as_lines(zero_padded(column, 13)) == [f"{value:013d}".encode() for value in values]
    assert [without_padding([line]) for line in as_lines(money(column))] == [
        f"{value // 100}.{value % 100:02d}".encode() for value in values
    ]


@given(st.lists(st.integers(0, 4_102_444_800_000), min_size=1, max_size=30))
def test_timestamps_are_written_as_numpy_writes_them(milliseconds: list[int]) -> None:
    expected = np.datetime_as_string(np.array(milliseconds).astype("datetime64[ms]"), timezone="UTC")
    assert as_lines(iso_timestamp(np.array(milliseconds))) == [text.encode() for text in expected.tolist()]


def test_a_part_can_be_left_out_of_some_rows() -> None:
    words = chosen(np.array([1, 0, 1]), ("a", "long"))
    rows = side_by_side(3, [b"<", where(np.array([True, True, False]), words), b">\n"])
    assert without_padding(as_lines(rows)) == b"<long>\n<a>\n<>\n"


@pytest.mark.parametrize("width", [1, 4, 5, 8, 13])
def test_every_width_has_its_digits(width: int) -> None:
    assert as_lines(zero_padded(np.array([0, 7]), width)) == [b"0" * width, b"7".rjust(width, b"0")]
