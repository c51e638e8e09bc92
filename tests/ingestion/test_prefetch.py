"""The next item is made while the last is used, in order, and its failures arrive where they would have."""

import threading
from collections.abc import Iterator

import pytest

from perennial.ingestion.prefetch import one_ahead


def test_order_is_kept_and_nothing_is_lost() -> None:
    assert list(one_ahead(range(100))) == list(range(100))


def test_empty_and_falsy_items_are_items() -> None:
    assert list(one_ahead([0, "", None, []])) == [0, "", None, []]


def test_the_next_item_is_made_while_the_last_is_in_use() -> None:
    made = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        made.set()
        yield 2

    for item in one_ahead(items()):
        if item == 1:
            assert made.wait(timeout=10)


def test_never_more_than_one_item_waits() -> None:
    made = []

    def items() -> Iterator[int]:
        for number in range(10):
            made.append(number)
            yield number

    for item in one_ahead(items()):
        assert len(made) <= item + 2


def test_a_failure_comes_after_the_items_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise OSError("the disk is gone")

    ahead = one_ahead(items())
    assert next(ahead) == 1
    with pytest.raises(OSError, match="the disk is gone"):
        next(ahead)
