"""Our bytes for a value are the bytes that Feast itself makes of it."""

import math
from typing import Any

import pyarrow as pa
import pytest
from feast import ValueType
from feast.type_map import python_values_to_proto_values
from hypothesis import given
from hypothesis import strategies as st

from perennial.features.encoding import encode_column

KINDS: list[tuple[pa.DataType, ValueType, st.SearchStrategy[Any]]] = [
    (pa.float64(), ValueType.DOUBLE, st.floats(allow_nan=False)),
    (pa.int64(), ValueType.INT64, st.integers(-(2**63), 2**63 - 1)),
    (pa.bool_(), ValueType.BOOL, st.booleans()),
    (pa.string(), ValueType.STRING, st.text(st.characters(exclude_categories=["Cs"]), max_size=300)),
]


@pytest.mark.parametrize(("arrow", "feast", "values"), KINDS)
def test_every_value_is_encoded_as_feast_does(
    arrow: pa.DataType, feast: ValueType, values: st.SearchStrategy[Any]
) -> None:
    @given(st.lists(values, min_size=1))
    def agrees(drawn: list[Any]) -> None:
        expected = [value.SerializeToString() for value in python_values_to_proto_values(drawn, feast)]
        assert encode_column(pa.array(drawn, arrow)) == expected

    agrees()


def test_an_unknown_value_is_the_empty_message() -> None:
    for arrow, _, _ in KINDS:
        assert encode_column(pa.array([None, None], arrow)) == [b"", b""]


def test_not_a_number_is_unknown_as_feast_has_it() -> None:
    (expected, _) = python_values_to_proto_values([math.nan, 1.0], ValueType.DOUBLE)
    assert encode_column(pa.array([math.nan], pa.float64())) == [expected.SerializeToString()] == [b""]


def test_a_sliced_column_is_encoded_from_its_own_beginning() -> None:
    for arrow, values in ((pa.float64(), [1.0, None, 3.0]), (pa.string(), ["a", None, "c"])):
        column = pa.array(values, arrow)
        assert encode_column(column.slice(1)) == encode_column(column)[1:]


def test_a_type_that_no_feature_has_is_refused() -> None:
    with pytest.raises(TypeError, match="date32"):
        encode_column(pa.array([None], pa.date32()))
