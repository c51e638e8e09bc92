"""Prepare the next thing while the last one is being used."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def one_ahead(items: Iterable[Item]) -> Iterator[Item]:
    """The same items in the same order, each made in a thread while its predecessor is in use; never more than one."""
    iterator = iter(items)
    with ThreadPoolExecutor(max_workers=1) as thread:
        upcoming = thread.submit(_take, iterator)
        while taken := upcoming.result():
            upcoming = thread.submit(_take, iterator)
            yield taken[0]


def _take(iterator: Iterator[Item]) -> tuple[Item, ...]:
    # An empty tuple is the end: StopIteration does not pass through a future into a generator.
    for item in iterator:
        return (item,)
    return ()
