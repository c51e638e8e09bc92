"""The private words of `tests/words.yml`, and how to find one in a name or a text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from perennial.settings import PROJECT_ROOT

SHORT = 2
ANYWHERE = "*"
WORDS = PROJECT_ROOT / "tests" / "words.yml"
Parts = tuple[str, ...]


@dataclass(frozen=True)
class Allowed:
    """A compound that keeps a private word, in the files that match the pattern `files`."""

    compound: Parts
    files: str
    reason: str


@dataclass(frozen=True)
class Term:
    """A private word in its forms, and what to say instead. A short one is private in short names and texts only."""

    forms: tuple[Parts, ...]
    say: str
    is_short: bool
    allowed: tuple[Allowed, ...]

    def is_in(self, parts: Parts, path: Path) -> bool:
        """Whether a name or text of a file has the word otherwise than in an allowed compound."""
        if self.is_short and len(parts) > SHORT:
            return False
        for each in self.allowed:
            if path.match(each.files):
                parts = without(parts, each.compound)
        return any(has(parts, form) for form in self.forms)


def split(text: str) -> Parts:
    """The words of a name or text: `_told_apart`, `ToldApart` and "told apart" have two; a test's prefix is none."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", text.removeprefix("test_"))
    return tuple(word.lower() for word in words)


def has(parts: Parts, words: Parts) -> bool:
    """Whether the words follow each other in the parts."""
    return f" {' '.join(words)} " in f" {' '.join(parts)} "


def without(parts: Parts, compound: Parts) -> Parts:
    """The parts with a gap for the compound."""
    return tuple(f" {' '.join(parts)} ".replace(f" {' '.join(compound)} ", " - ").split())


@cache
def terms() -> tuple[Term, ...]:
    """The list of `tests/words.yml`."""
    entries: list[dict[str, Any]] = yaml.safe_load(WORDS.read_text())
    return tuple(
        Term(
            forms=tuple(split(form) for form in entry["forms"]),
            say=entry["say"],
            is_short=entry.get("short", False),
            allowed=tuple(
                Allowed(split(each["use"]), each.get("in", ANYWHERE), each["reason"])
                for each in entry.get("allowed", ())
            ),
        )
        for entry in entries
    )


def say_instead(text: str, path: Path) -> list[str]:
    """What to say instead of each private word in a name or text of a file."""
    parts = split(text)
    return [term.say for term in terms() if term.is_in(parts, path)]


def complaints(texts: Iterable[str], path: Path) -> list[str]:
    """A line for each name or text of a file that has a private word."""
    place = path.relative_to(PROJECT_ROOT)
    return [f"{place}: {text} (say: {say})" for text in sorted(set(texts)) for say in say_instead(text, path)]
