"""Names use the field's words: a private one is reported with what to say instead (`tests/words.yml`)."""

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path

import pytest

from perennial.settings import PROJECT_ROOT
from tests import named
from tests.private_words import ANYWHERE, complaints, has, say_instead, split, terms

Collector = Callable[[Path], Iterable[str]]
PYTHON, SQL, YAML = named.files(".py"), named.files(".sql"), named.files(".yml")
COLLECTED: dict[str, tuple[Collector, list[Path]]] = {
    "identifiers": (named.python_names, PYTHON),
    "keys": (named.python_keys, PYTHON),
    "queries in Python": (named.sql_in_python, PYTHON),
    "queries and models": (named.sql_names, SQL),
    "names and descriptions in dbt": (named.properties, YAML),
    "headings": (named.headings, named.documents()),
    "running text of pages": (named.paragraphs, named.documents()),
}


@pytest.mark.parametrize("kind", COLLECTED)
def test_names_use_the_words_of_the_field(kind: str) -> None:
    collect, paths = COLLECTED[kind]
    assert list(chain.from_iterable(complaints(collect(path), path) for path in paths)) == []


@pytest.mark.parametrize("kind", COLLECTED)
def test_names_of_every_kind_are_found(kind: str) -> None:
    collect, paths = COLLECTED[kind]
    assert len({name for path in paths for name in collect(path)}) > 50


def test_a_class_has_one_meaning_across_the_house() -> None:
    defined = [name for path in PYTHON if "tests" not in path.parts for name in named.classes(path)]
    assert [name for name, count in Counter(defined).items() if count > 1] == []


@pytest.mark.parametrize(
    ("name", "say"),
    [
        ("_told_apart", "message, summary, predictions, report"),
        ("ForetoldOutcome", "predict, nuisance prediction, out-of-fold prediction"),
        ("rest", "residual"),
        ("freedom", "degrees of freedom"),
        ("How it is judged", "evaluate"),
    ],
)
def test_a_private_word_is_found_with_what_to_say_instead(name: str, say: str) -> None:
    assert say_instead(name, PROJECT_ROOT) == [say]


@pytest.mark.parametrize(
    "name", ["test_the_rest_of_a_file_is_loaded", "degrees_of_freedom", "restore", "cannot_tell", "As of a moment"]
)
def test_plain_english_and_the_terms_of_the_field_are_none(name: str) -> None:
    assert say_instead(name, PROJECT_ROOT) == []


def test_every_use_allowed_in_a_file_is_found_there() -> None:
    found = [(path, split(name)) for collect, paths in COLLECTED.values() for path in paths for name in collect(path)]
    allowed = [each for term in terms() for each in term.allowed if each.files != ANYWHERE]
    unused = [
        each
        for each in allowed
        if not any(path.match(each.files) and has(parts, each.compound) for path, parts in found)
    ]
    assert unused == []
